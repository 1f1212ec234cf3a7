// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "conducted.hpp"

namespace banyan::strangler {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class AMoveByHand : public Conducted {
 protected:
  static constexpr auto kDiffers = "banyan.answers_differ";

  template <class Done>
  static std::string rule(const Result<Done>& answer) {
    return answer ? "done" : answer.error().rule;
  }
  Result<Change> shift(std::int64_t hundredths, bool force = false,
                       std::optional<Side> writes = std::nullopt) {
    return here_->board.shift("catalog", {percent(hundredths), writes, force}, {"ann", "a reason"});
  }
  Result<Change> next() { return here_->board.next("catalog", {"ann", "a reason"}); }
  /// Users are there already, and copies have shown since then that they are answered otherwise.
  void stand_at_half_with_differences() {
    ASSERT_TRUE(shift(50'00));
    clock_.advance(std::chrono::seconds(1));
    compare(40, 40);
  }
};

TEST_F(AMoveByHand, BesideCopiesThatDifferIsRefusedWithTheFiguresUnlessItIsForced) {
  shadow();
  compare(40, 40);
  EXPECT_EQ(rule(next()), kDiffers);
  const auto refused = shift(10'00);
  ASSERT_EQ(rule(refused), kDiffers);
  EXPECT_THAT(
      refused.error().message,
      AllOf(HasSubstr("refused: the new side of catalog answers otherwise than the old"),
            HasSubstr("catalog.read 40 of the last 40, where a plan lets one of 1000 "
                      "differ. `banyan differences catalog` says in what."),
            HasSubstr("[rollouts.catalog.compare]"), HasSubstr("Or move it all the same: --force"),
            Not(HasSubstr("bring the traffic back"))));
  EXPECT_EQ(traffic(), Traffic::shadow());
  ASSERT_TRUE(shift(10'00, true));
  EXPECT_EQ(share(), percent(10'00));
  EXPECT_EQ(last_line().evidence, "forced");
}

TEST_F(AMoveByHand, BesideCopiesThatAgreeIsMade) {
  shadow();
  compare(128, 1);
  EXPECT_TRUE(next()) << "which may be chance";
  EXPECT_EQ(last_line().evidence, "");
}

TEST_F(AMoveByHand, IsMadeOnceTheNewSideIsMended) {
  shadow();
  compare(300, 300);
  EXPECT_EQ(rule(next()), kDiffers);
  compare(RecentPairs::kMost, 0);
  EXPECT_TRUE(next());
}

TEST_F(AMoveByHand, BackIsNeverRefused) {
  stand_at_half_with_differences();
  EXPECT_EQ(rule(shift(60'00)), kDiffers);
  EXPECT_TRUE(shift(20'00)) << "fewer readers";
  clock_.advance(std::chrono::seconds(1));
  compare(40, 40);
  EXPECT_TRUE(here_->board.back("catalog", {"bo", "home"}));
  EXPECT_EQ(traffic(), Traffic{});
}

TEST_F(AMoveByHand, OfTheWritesIsOneToTheNewSideToo) {
  ASSERT_TRUE(shift(100'00));
  clock_.advance(std::chrono::seconds(1));
  compare(40, 40);
  EXPECT_EQ(rule(next()), kDiffers);
  EXPECT_EQ(rule(shift(100'00, false, Side::Remote)), kDiffers);
  ASSERT_TRUE(shift(100'00, true, Side::Remote));
  clock_.advance(std::chrono::seconds(1));
  compare(40, 40);
  EXPECT_TRUE(shift(100'00, false, Side::Local)) << "they come home";
}

TEST_F(AMoveByHand, IsNotHeldToWhatWasSeenBeforeAllWasOnTheOldSide) {
  shadow();
  compare(40, 40);
  ASSERT_TRUE(here_->board.back("catalog", {"bo", "not today"}));
  compare(3, 3);  // were under way
  EXPECT_TRUE(next());
}

TEST_F(AMoveByHand, ToAnEarlierRevisionIsRefusedWhereThatGivesTheNewSideMore) {
  ASSERT_TRUE(shift(50'00));
  const std::uint64_t half = last_line().seq;
  ASSERT_TRUE(shift(10'00));
  clock_.advance(std::chrono::seconds(1));
  compare(40, 40);
  EXPECT_EQ(rule(here_->board.go_to({.revision = half}, {"ann", "as it was"})), kDiffers);
  EXPECT_EQ(rule(here_->board.go_to({.revision = half, .dry_run = true}, {"ann", "?"})), kDiffers);
  EXPECT_TRUE(here_->board.go_to({.revision = 0}, {"ann", "all home"}));
}

}  // namespace
}  // namespace banyan::strangler
