// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <future>
#include <optional>
#include <thread>

#include "banyan/sqlite/file_lock.hpp"
#include "support/raw_sqlite.hpp"
#include "unit/sql/moved_module.hpp"
#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {
namespace {

using test::RawSqlite;
using test::soon;
using namespace std::chrono_literals;
using Number = std::int64_t;

/// Somebody who writes in a file, or moves tables, and takes its time.
class Holder {
 public:
  explicit Holder(const std::filesystem::path& file)
      : lock_(sqlite::writer_lock_of(file), file), database_(file) {
    EXPECT_TRUE(lock_.acquire(10s));
    database_.run("BEGIN IMMEDIATE");
  }

 private:
  sqlite::FileLock lock_;
  RawSqlite database_;
};

/// Does anybody wait for the turn to write in the file?
bool is_waited_for(const std::filesystem::path& file) {
  const int descriptor = ::open(sqlite::writer_lock_of(file).c_str(), O_RDWR | O_CLOEXEC);
  struct flock turn{};
  turn.l_type = F_WRLCK;
  turn.l_whence = SEEK_SET;
  turn.l_len = 1;
  const bool asked = ::fcntl(descriptor, F_OFD_GETLK, &turn) == 0;
  ::close(descriptor);
  return asked && turn.l_type != F_UNLCK;
}

class ReadsBesideWritesTest : public testing::Test {
 protected:
  static std::vector<migrations::ModuleScripts> scripts() {
    static constexpr std::string_view orders = "CREATE TABLE orders (id INTEGER PRIMARY KEY);";
    static constexpr std::string_view stock = "CREATE TABLE stock (id INTEGER PRIMARY KEY);";
    return {{"orders", {{"0001_create.sql", orders}}}, {"warehouse", {{"0001_create.sql", stock}}}};
  }

  std::future<bool> write(ModuleDatabase& module, const std::string& table) {
    return std::async(std::launch::async, [&module, table] {
      return module
          .write(soon(),
                 [&](Session& session) -> Result<Number> {
                   return session.run("INSERT INTO " + table + " DEFAULT VALUES");
                 })
          .has_value();
    });
  }
  std::future<Number> read(ModuleDatabase& module, const std::string& table) {
    return std::async(std::launch::async, [&module, table] {
      return module.read(soon(), [&](Session& session) {
        return *session.value<Number>("SELECT count(*) FROM " + table);
      });
    });
  }
  /// While who holds up goes on holding up.
  template <class T>
  static bool is_there(std::future<T>& answer) {
    return answer.wait_for(10s) == std::future_status::ready;
  }

  test::TemporaryDatabase database_{scripts()};
  ModuleDatabase orders_ = database_.connect("orders", {"orders"});
  ModuleDatabase warehouse_ = database_.connect("warehouse", {"stock"});
};

TEST_F(ReadsBesideWritesTest, Writes_that_wait_for_a_lock_hold_up_no_read) {
  std::vector<std::future<bool>> writes;
  {
    const Holder somebody(database_.file());
    for (int i = 0; i < 4; ++i) writes.push_back(write(orders_, "orders"));
    while (database_.shared().figures().queued < 4) std::this_thread::yield();
    auto own = read(orders_, "orders");
    auto other = read(warehouse_, "stock");
    EXPECT_TRUE(is_there(own));
    EXPECT_TRUE(is_there(other));
  }
  for (auto& each : writes) EXPECT_TRUE(each.get());
}

TEST_F(ReadsBesideWritesTest, A_lock_on_the_shared_file_holds_up_no_module_with_a_file_of_its_own) {
  const auto own =
      test::move_out(database_.file(), "orders", "CREATE TABLE orders (id INTEGER PRIMARY KEY)");
  std::future<bool> stuck;
  {
    const Holder mover(database_.file());
    stuck = write(warehouse_, "stock");
    auto wrote = write(orders_, "orders");
    EXPECT_TRUE(is_there(wrote));
    auto count = read(orders_, "orders");
    EXPECT_TRUE(is_there(count));
    EXPECT_EQ(stuck.wait_for(0s), std::future_status::timeout);
  }
  EXPECT_TRUE(stuck.get());
}

// Also not the first read of a process, which opens the file.
TEST_F(ReadsBesideWritesTest, A_lock_on_a_modules_own_file_holds_up_no_read_of_it) {
  const auto own =
      test::move_out(database_.file(), "orders", "CREATE TABLE orders (id INTEGER PRIMARY KEY)");
  const Holder somebody(own);
  auto count = read(orders_, "orders");
  EXPECT_TRUE(is_there(count));
}

TEST_F(ReadsBesideWritesTest, A_file_that_cannot_be_opened_yet_holds_up_no_other) {
  constexpr bool kWithoutLedger = false;
  const auto locked =
      test::move_out(database_.file(), "orders", "CREATE TABLE orders (id INTEGER PRIMARY KEY)",
                     kWithoutLedger);  // as an older version left it
  test::move_out(database_.file(), "warehouse", "CREATE TABLE stock (id INTEGER PRIMARY KEY)");
  std::future<Number> waiting;
  {
    const Holder somebody(locked);
    waiting = read(orders_, "orders");
    while (!is_waited_for(locked)) std::this_thread::yield();
    auto count = read(warehouse_, "stock");
    EXPECT_TRUE(is_there(count));
    auto figures = std::async(std::launch::async, [this] { return database_.shared().figures(); });
    EXPECT_TRUE(is_there(figures));
    EXPECT_EQ(waiting.wait_for(0s), std::future_status::timeout);
  }
  EXPECT_EQ(waiting.get(), 0);
}

}  // namespace
}  // namespace banyan::sql
