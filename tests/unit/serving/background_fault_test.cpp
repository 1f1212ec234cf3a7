// SPDX-License-Identifier: Apache-2.0
// What fails where nobody waits for an answer is heard of.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>

#include "banyan/serving/telemetry.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace banyan::serving {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class AFaultInTheBackground : public testing::Test {
 protected:
  /// Of a process that has ended: the last line is written then.
  std::string log() {
    telemetry_.reset();
    std::ifstream in(folder_.path() / "log.json");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  test::TemporaryFolder folder_;
  std::optional<Telemetry> telemetry_{
      std::in_place,
      telemetry::Log::Options{.service = "shop", .file = (folder_.path() / "log.json").string()}};
};

TEST_F(AFaultInTheBackground, IsLoggedCountedAndInHealth) {
  EXPECT_THAT(telemetry_->metrics.exposition(), HasSubstr("banyan_background_faults_total 0"));
  EXPECT_FALSE(telemetry_->health.ready().degraded);
  telemetry_->background_fault("no room for the saga");

  EXPECT_THAT(telemetry_->metrics.exposition(), HasSubstr("banyan_background_faults_total 1"));
  const auto found = [this] { return telemetry_->health.ready(); };
  while (!found().degraded) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_TRUE(found().ready) << "it answers as before";
  EXPECT_THAT(found().json,
              AllOf(HasSubstr("background tasks"), HasSubstr("no room for the saga")));
  ASSERT_EQ(found().problems.size(), 1U);
  EXPECT_EQ(found().problems[0].name, "background tasks");
  EXPECT_THAT(log(), AllOf(HasSubstr("background_fault"), HasSubstr("no room for the saga")));
}

TEST_F(AFaultInTheBackground, ThatComesAgainAndAgainIsCountedEachTimeAndLoggedNowAndThen) {
  for (int i = 0; i < 1'000; ++i) telemetry_->background_fault("again");
  EXPECT_THAT(telemetry_->metrics.exposition(), HasSubstr("banyan_background_faults_total 1000"));
  const std::string lines = log();
  EXPECT_LT(std::ranges::count(lines, '\n'), 100);
}

}  // namespace
}  // namespace banyan::serving
