// SPDX-License-Identifier: Apache-2.0
// What goes wrong on the database's own threads is told, and costs nobody the process.
#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "banyan/sql/kit_access.hpp"
#include "sqlite_commits.hpp"
#include "support/becomes_true.hpp"
#include "unit/sql/engine_under_test.hpp"

namespace banyan::sql {
namespace {

using test::soon;

/// What a thread has told.
class Told {
 public:
  std::function<void(std::string_view)> teller() {
    return [this](std::string_view what) {
      const std::lock_guard lock(mutex_);
      all_.emplace_back(what);
    };
  }
  std::vector<std::string> all() {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> all_;
};

class CommitsOfOthers : public testing::TestWithParam<Engine> {};

INSTANTIATE_TEST_SUITE_P(Engines, CommitsOfOthers, test::both_engines, test::name_of_engine);

TEST_P(CommitsOfOthers, AreToldToTheOthersWhenOneWhoIsToldThrows) {
  Told told;
  std::atomic<int> heard = 0;
  test::EngineUnderTest engine(GetParam(), {.on_fault = told.teller()});
  const KitAccess orders(engine.database().connect("orders", test::order_tables()));
  const auto throws = orders.watch([] { throw std::runtime_error("a listener of ours"); });
  const auto listens = orders.watch([&] { ++heard; });

  ASSERT_TRUE(test::becomes_true([&] { return heard > 0 && !told.all().empty(); }));
  EXPECT_EQ(told.all().front(), "a listener of ours");
}

TEST(CommitsOfFiles, AreLookedForAgainWhenTheFilesCannotBeTold) {
  Told told;
  test::TemporaryDatabase file(test::shop_scripts());
  std::atomic<bool> known = false;
  std::atomic<int> heard = 0;
  SqliteCommits commits(
      [&]() -> std::vector<std::filesystem::path> {
        if (!known) throw std::runtime_error("no list of files");
        return {file.file()};
      },
      told.teller());
  const auto watch = commits.watch([&] { ++heard; });
  ASSERT_TRUE(test::becomes_true([&] { return !told.all().empty(); }));
  EXPECT_EQ(heard, 0);

  known = true;
  ASSERT_TRUE(test::becomes_true([&] { return heard > 0; }));
}

}  // namespace
}  // namespace banyan::sql
