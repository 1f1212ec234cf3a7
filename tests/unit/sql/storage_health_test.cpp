// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "support/full_disk.hpp"
#include "support/nobody.hpp"
#include "unit/sql/moved_module.hpp"
#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {
namespace {

using test::soon;
using testing::HasSubstr;

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
  const test::Nobody nobody;
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

// As deployments do: the file is where it was.
TEST_F(StorageHealthTest, A_link_to_the_folder_that_is_pointed_elsewhere_moves_no_file) {
  const auto folder = database_.file().parent_path();
  const auto link = folder / "current";
  std::filesystem::create_directory_symlink(folder, link);
  const auto shared = test::open_file(link / database_.file().filename());
  auto orders = shared->connect("orders", {"orders"});
  const auto write = [&orders] {
    return orders.write(soon(), [](Session& session) -> Result<std::int64_t> {
      return session.run("INSERT INTO orders DEFAULT VALUES");
    });
  };
  ASSERT_TRUE(write());
  std::filesystem::remove(link);
  std::filesystem::create_directory_symlink(folder / "the_next_release", link);
  EXPECT_TRUE(write());
  EXPECT_TRUE(shared->probe(soon()));
  EXPECT_EQ(orders.read(soon(),
                        [](Session& session) {
                          return session.value<std::int64_t>("SELECT count(*) FROM orders");
                        }),
            2);
}

/// The shared file is taken away from under a process, and something else, or nothing, is put
/// there.
class ReplacedFileTest : public StorageHealthTest, public testing::WithParamInterface<bool> {
 protected:
  ~ReplacedFileTest() override { shared_.reset(); }  // tells of nothing after what it tells to

  bool has_another() const { return GetParam(); }
  void take_away() {
    std::filesystem::rename(database_.file(), aside_);
    if (has_another()) std::filesystem::copy_file(aside_, database_.file());
  }
  void put_back() { std::filesystem::rename(aside_, database_.file()); }
  std::string wait_until_told() {
    std::unique_lock lock(mutex_);
    told_something_.wait(lock, [this] { return told_.has_value(); });
    return *std::exchange(told_, std::nullopt);
  }
  Result<std::int64_t> write(ModuleDatabase& module) {
    return module.write(soon(), [](Session& session) -> Result<std::int64_t> {
      return session.run("INSERT INTO orders DEFAULT VALUES");
    });
  }
  std::int64_t count(ModuleDatabase& module) {
    return module.read(soon(), [](Session& session) {
      return *session.value<std::int64_t>("SELECT count(*) FROM orders");
    });
  }
  void expect_refused(ModuleDatabase& module) {
    try {
      (void)write(module);
      ADD_FAILURE() << "written to a file that nobody finds again";
    } catch (const Fault& fault) {
      EXPECT_EQ(fault.kind(), FaultKind::Replaced);
      EXPECT_EQ(fault.error().rule, "banyan.database_replaced");
      EXPECT_EQ(fault.error().code, ErrorCode::Unavailable);
      EXPECT_THAT(fault.what(),
                  HasSubstr(has_another() ? "another one is there" : "none is there"));
    }
  }

  const std::filesystem::path aside_ = database_.file().parent_path() / "aside.db";
  std::mutex mutex_;
  std::condition_variable told_something_;
  std::optional<std::string> told_;
  std::unique_ptr<Database> shared_ =
      test::open_file(database_.file(), {.on_replaced = [this](const std::string& problem) {
                        const std::lock_guard lock(mutex_);
                        told_ = problem;
                        told_something_.notify_all();
                      }});
};

TEST_P(ReplacedFileTest, Is_changed_no_more_and_told_of_until_the_one_that_was_there_is_back) {
  auto orders = shared_->connect("orders", {"orders"});
  ASSERT_TRUE(write(orders));
  ASSERT_EQ(count(orders), 1);
  ASSERT_TRUE(shared_->probe(soon()));

  take_away();
  expect_refused(orders);
  const auto found = shared_->probe(soon());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().rule, "banyan.database_replaced");
  EXPECT_THAT(found.error().message, HasSubstr(database_.file().string()));
  EXPECT_THAT(wait_until_told(), HasSubstr(database_.file().string()));
  EXPECT_EQ(count(orders), 1) << "what was read before is read still";

  put_back();
  EXPECT_EQ(wait_until_told(), "");
  EXPECT_TRUE(shared_->probe(soon()));
  EXPECT_TRUE(write(orders));
  EXPECT_EQ(count(orders), 2);
}

TEST_P(ReplacedFileTest, Acknowledges_nothing_that_was_under_way) {
  auto orders = shared_->connect("orders", {"orders"});
  ASSERT_TRUE(write(orders));
  const auto write_meanwhile = [&] {
    return orders.write(soon(), [this](Session& session) -> Result<std::int64_t> {
      const auto changed = session.run("INSERT INTO orders DEFAULT VALUES");
      if (!std::filesystem::exists(aside_)) take_away();
      return changed;
    });
  };
  EXPECT_THROW((void)write_meanwhile(), Fault);
  put_back();
  EXPECT_TRUE(write(orders));
  EXPECT_EQ(count(orders), 2);
}

TEST_P(ReplacedFileTest, Keeps_a_module_with_a_file_of_its_own_from_changing_it_too) {
  move_out();
  auto orders = shared_->connect("orders", {"orders"});
  ASSERT_TRUE(write(orders));
  take_away();
  expect_refused(orders);
  put_back();
  EXPECT_TRUE(write(orders));
}

// Of two files neither is the database.
TEST_P(ReplacedFileTest, Is_not_opened_by_who_reads_for_the_first_time) {
  auto orders = shared_->connect("orders", {"orders"});
  ASSERT_TRUE(write(orders));
  take_away();
  EXPECT_THROW(count(orders), Fault);
  put_back();
  EXPECT_EQ(count(orders), 1);
}

// Whoever opens what is there beside the file that this process has takes its index and locks.
TEST_P(ReplacedFileTest, Is_not_opened_by_who_asks_where_tables_are) {
  auto orders = shared_->connect("orders", {"orders"});
  ASSERT_TRUE(write(orders));
  EXPECT_TRUE(shared_->is_at_path());
  const auto index = database_.file().string() + "-shm";
  const auto size = std::filesystem::file_size(index);
  take_away();
  EXPECT_FALSE(shared_->is_at_path());
  EXPECT_EQ(shared_->placement_of("orders").stage, "shared");
  EXPECT_EQ(shared_->placement_of("orders").epoch, 0U);
  EXPECT_EQ(std::filesystem::file_size(index), size);
  put_back();
  EXPECT_TRUE(shared_->is_at_path());
  EXPECT_TRUE(write(orders));
}

TEST_F(StorageHealthTest, A_placement_says_what_the_gate_of_the_own_file_says) {
  move_out();
  const auto shared = test::open_file(database_.file());
  shared->connect("orders", {"orders"});
  const PlacementFigures placed = shared->placement_of("orders");
  EXPECT_EQ(placed.gate_open, true);
  EXPECT_GT(placed.epoch, 0U);
}

// SQLite leaves the log where it is, and would play it into whatever is there next.
TEST_P(ReplacedFileTest, Is_not_opened_with_the_log_of_the_one_before) {
  {
    auto orders = shared_->connect("orders", {"orders"});
    ASSERT_TRUE(write(orders));
    take_away();
    expect_refused(orders);
  }
  shared_.reset();
  if (!has_another()) std::filesystem::copy_file(aside_, database_.file());
  const std::string file = database_.file().string();
  ASSERT_TRUE(std::filesystem::exists(file + "-wal"));
  try {
    const auto opened = test::open_file(database_.file());
    ADD_FAILURE() << "opened with the log of another file";
  } catch (const Fault& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("shop.db-wal"));
    EXPECT_THAT(fault.what(), HasSubstr("aside"));
  }

  std::filesystem::rename(file + "-wal", aside_.string() + "-wal");
  EXPECT_TRUE(test::open_file(database_.file())->probe(soon()));
  EXPECT_FALSE(std::filesystem::exists(file + ".replaced"));
}

TEST_P(ReplacedFileTest, Is_opened_with_its_log_once_it_is_back) {
  {
    auto orders = shared_->connect("orders", {"orders"});
    ASSERT_TRUE(write(orders));
    take_away();
    expect_refused(orders);
  }
  shared_.reset();
  put_back();
  shared_ = test::open_file(database_.file());
  auto orders = shared_->connect("orders", {"orders"});
  EXPECT_EQ(count(orders), 1);
}

INSTANTIATE_TEST_SUITE_P(With, ReplacedFileTest, testing::Bool(), [](const auto& another) {
  return std::string(another.param ? "another_in_its_place" : "nothing_in_its_place");
});

}  // namespace
}  // namespace banyan::sql
