// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/full_disk.hpp"
#include "unit/sql/moved_module.hpp"
#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {
namespace {

using test::soon;
using testing::HasSubstr;

/// A user who may not write what others own; the superuser may write everything.
class Nobody {
 public:
  Nobody() : before_(::geteuid()) { EXPECT_EQ(::seteuid(before_ == 0 ? 65534 : before_), 0); }
  ~Nobody() { EXPECT_EQ(::seteuid(before_), 0); }
  Nobody(const Nobody&) = delete;
  Nobody& operator=(const Nobody&) = delete;

 private:
  const uid_t before_;
};

class StorageHealthTest : public testing::Test {
 protected:
  std::filesystem::path own_file() const {
    return database_.file().parent_path() / "shop.orders.db";
  }
  void move_out() {
    test::move_out(database_.file(), "orders", "CREATE TABLE orders (id INTEGER PRIMARY KEY)");
  }

  test::TemporaryDatabase database_{
      {{"orders", {{"0001_create.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY);"}}}}};
};

/// The parameter: has the module a file of its own, which is the one on the full disk?
class FullDiskTest : public StorageHealthTest, public testing::WithParamInterface<bool> {};

TEST_P(FullDiskTest, Is_told_with_a_rule_and_health_names_the_file_until_there_is_room) {
  if (GetParam()) move_out();
  const std::string file = GetParam() ? "shop.orders.db" : "shop.db";
  test::FullDisk disk(file);
  const auto shared = test::open_file(database_.file());
  auto orders = shared->connect("orders", {"orders"});
  const auto write = [&orders] {
    return orders.write(soon(), [](Session& session) -> Result<std::int64_t> {
      return session.run("INSERT INTO orders DEFAULT VALUES");
    });
  };
  EXPECT_TRUE(write());
  EXPECT_TRUE(shared->probe(soon()));

  disk.fill();
  try {
    (void)write();
    ADD_FAILURE() << "written";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), FaultKind::StorageFull);
    EXPECT_EQ(fault.error().rule, "banyan.storage_full");
    EXPECT_EQ(fault.error().code, ErrorCode::Unavailable);
  }
  EXPECT_TRUE(shared->figures().failing);
  const auto full = shared->probe(soon());
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().rule, "banyan.storage_full");
  EXPECT_THAT(full.error().message, HasSubstr("'" + file + "'"));
  EXPECT_EQ(orders.read(soon(),
                        [](Session& session) {
                          return session.value<std::int64_t>("SELECT count(*) FROM orders");
                        }),
            1);

  disk.make_room();
  EXPECT_TRUE(shared->probe(soon()));
  EXPECT_TRUE(write());
  EXPECT_FALSE(shared->figures().failing);
}

INSTANTIATE_TEST_SUITE_P(Files, FullDiskTest, testing::Bool(), [](const auto& file) {
  return std::string(file.param ? "own_file" : "shared_file");
});

TEST_F(StorageHealthTest, A_modules_file_that_may_not_be_written_is_found_before_anybody_writes) {
  move_out();
  const auto folder = database_.file().parent_path();
  ::chmod(folder.c_str(), 0777);
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    ::chmod(file.path().c_str(), file.path() == own_file() ? 0444 : 0666);
  }
  const Nobody nobody;
  const auto shared = test::open_file(database_.file());
  shared->connect("orders", {"orders"});
  const auto found = shared->probe(soon());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().rule, "banyan.storage_read_only");
  EXPECT_THAT(found.error().message, HasSubstr("shop.orders.db"));
}

TEST_F(StorageHealthTest, A_modules_file_that_is_gone_is_found_and_named) {
  move_out();
  std::filesystem::remove(own_file());
  database_.shared().connect("orders", {"orders"});
  const auto found = database_.shared().probe(soon());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().rule, "banyan.storage_failed");
  EXPECT_THAT(found.error().message, HasSubstr("shop.orders.db"));
}

TEST_F(StorageHealthTest, A_file_of_a_module_that_is_not_here_is_not_looked_at) {
  move_out();
  std::filesystem::remove(own_file());
  database_.shared().connect("catalog", {"tracks"});
  EXPECT_TRUE(database_.shared().probe(soon()));
}

}  // namespace
}  // namespace banyan::sql
