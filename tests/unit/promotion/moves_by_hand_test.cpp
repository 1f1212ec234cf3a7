// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conducted.hpp"

namespace banyan::strangler {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class AMoveByHand : public Conducted {
 protected:
  static constexpr auto kDiffers = "banyan.answers_differ";

  template <class Done>
  static std::string rule(const Result<Done>& answer) {
    return answer ? "done" : answer.error().rule;
  }
  static constexpr auto kUnfit = "banyan.new_side_unhealthy";
  static constexpr Despite kForce{.force = true};
  static constexpr Despite kDifferences{.differences = true};

  Result<Change> shift(std::int64_t hundredths, const Despite& despite = {},
                       std::optional<Side> writes = std::nullopt) {
    return here_->board.shift("catalog", {percent(hundredths), writes, despite},
                              {"ann", "a reason"});
  }
  Result<Change> next() { return here_->board.next("catalog", {"ann", "a reason"}); }
  void is_down() {
    here_->board.require([](std::string_view) { return std::optional<std::string>("it is down"); });
  }
  template <class Done>
  static std::vector<std::string> words(const Result<Done>& answer) {
    std::vector<std::string> words;
    if (answer) return words;
    for (const Detail& each : answer.error().details) words.push_back(each.where);
    return words;
  }
  /// Users are there already, and copies have shown since then that they are answered otherwise.
  void stand_at_half_with_differences() {
    ASSERT_TRUE(shift(50'00));
    clock_.advance(std::chrono::seconds(1));
    compare(40, 40);
  }
};

TEST_F(AMoveByHand, BesideCopiesThatDifferIsRefusedWithTheFiguresUnlessThatIsSaid) {
  shadow();
  compare(40, 40);
  EXPECT_EQ(rule(next()), kDiffers);
  const auto refused = shift(10'00);
  ASSERT_EQ(rule(refused), kDiffers);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("refused: the new side of catalog answers otherwise than the old"),
                    HasSubstr("catalog.read 40 of the last 40, where a plan lets one of 1000 "
                              "differ. `banyan differences catalog` says in what."),
                    HasSubstr("[rollouts.catalog.compare]"),
                    EndsWith(". Or do it all the same: --despite-differences")));
  EXPECT_EQ(words(refused), std::vector<std::string>{"/despite_differences"});
  EXPECT_EQ(traffic(), Traffic::shadow());
  ASSERT_TRUE(shift(10'00, kDifferences));
  EXPECT_EQ(share(), percent(10'00));
  EXPECT_THAT(last_line().evidence,
              AllOf(StartsWith("despite differences: the new side of catalog answers otherwise"),
                    HasSubstr("catalog.read 40 of the last 40"), Not(HasSubstr("forced"))));
}

TEST_F(AMoveByHand, BesideCopiesThatDifferIsNotMadeByTheWordForASideThatIsNotFit) {
  shadow();
  compare(40, 40);
  const auto refused = shift(10'00, kForce);
  EXPECT_EQ(rule(refused), kDiffers);
  EXPECT_THAT(refused.error().message, EndsWith(": --force --despite-differences"));
  EXPECT_EQ(words(refused), std::vector<std::string>{"/despite_differences"}) << "it lacks";
  EXPECT_EQ(traffic(), Traffic::shadow());
}

TEST_F(AMoveByHand, DespiteDifferencesIsAskedForToASideThatIsFit) {
  shadow();
  compare(40, 40);
  is_down();
  const auto refused = shift(10'00, kDifferences);
  EXPECT_EQ(rule(refused), kUnfit);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("it is down"), Not(HasSubstr("of the last 40"))));
  EXPECT_EQ(words(refused), std::vector<std::string>{"/force"}) << "it lacks";
  EXPECT_EQ(rule(here_->board.next("catalog", {"ann", "a reason"}, kDifferences)), kUnfit);
  EXPECT_EQ(traffic(), Traffic::shadow());
}

TEST_F(AMoveByHand, ToASideThatIsNotFitAndDiffersNeedsBothWordsAndTheLogKeepsBoth) {
  shadow();
  compare(40, 40);
  is_down();
  const auto refused = shift(10'00);
  EXPECT_EQ(rule(refused), kUnfit);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("it is down. Mend it. And the new side of catalog answers otherwise"),
                    HasSubstr("catalog.read 40 of the last 40"),
                    EndsWith(". Or do it all the same: --force --despite-differences")));
  EXPECT_THAT(words(refused), ElementsAre("/force", "/despite_differences"));
  ASSERT_TRUE(shift(10'00, {.force = true, .differences = true}));
  EXPECT_THAT(last_line().evidence,
              AllOf(StartsWith("despite differences: "),
                    HasSubstr("catalog.read 40 of the last 40"), EndsWith("; forced")));
}

TEST_F(AMoveByHand, DespiteDifferencesThatThereAreNotIsMadeAsAnyOther) {
  shadow();
  ASSERT_TRUE(shift(10'00, kDifferences));
  EXPECT_EQ(last_line().evidence, "") << "nothing was passed over";
  clock_.advance(std::chrono::seconds(1));
  compare(40, 40);
  ASSERT_TRUE(shift(5'00, kDifferences));
  EXPECT_EQ(last_line().evidence, "") << "nobody objects to less";
}

TEST_F(AMoveByHand, ThatIsStaleIsAnsweredAsThatBeforeAnybodyIsAsked) {
  stand_at_half_with_differences();
  is_down();
  Reason of_before{"ann", "a reason"};
  of_before.from = 0;
  constexpr auto kStale = "banyan.stale_revision";
  EXPECT_EQ(rule(here_->board.next("catalog", of_before)), kStale);
  EXPECT_EQ(rule(here_->board.shift("catalog", {.reads = percent(60'00)}, of_before)), kStale);
  EXPECT_EQ(rule(here_->board.next("catalog", of_before, kDifferences)), kStale);
  const auto copies = here_->board.walk(
      "catalog", {.more = true}, of_before,
      [](const Traffic&, StoredPlan&) -> Result<Traffic> { return Traffic::shadow(); });
  EXPECT_EQ(rule(copies), kStale);
  EXPECT_EQ(share(), percent(50'00));
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
  EXPECT_EQ(rule(shift(100'00, {}, Side::Remote)), kDiffers);
  ASSERT_TRUE(shift(100'00, kDifferences, Side::Remote));
  clock_.advance(std::chrono::seconds(1));
  compare(40, 40);
  EXPECT_TRUE(shift(100'00, {}, Side::Local)) << "they come home";
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
  EXPECT_EQ(rule(here_->board.go_to({.revision = half, .despite = kForce}, {"ann", "?"})),
            kDiffers);
  EXPECT_EQ(share(), percent(10'00));
  ASSERT_TRUE(here_->board.go_to({.revision = half, .despite = kDifferences}, {"ann", "again"}));
  EXPECT_THAT(last_line().evidence, HasSubstr("catalog.read 40 of the last 40"));
  EXPECT_TRUE(here_->board.go_to({.revision = 0}, {"ann", "all home"}));
}

TEST_F(AMoveByHand, OfAllIsRefusedAsAWholeWithWhatGoesBackAlone) {
  const Reason by_ann{"ann", "a reason"};
  ASSERT_TRUE(shift(50'00));
  const std::uint64_t then = last_line().seq;
  ASSERT_TRUE(here_->board.shift("orders", {.reads = percent(20'00)}, by_ann));
  ASSERT_TRUE(shift(10'00));
  const std::uint64_t now = last_line().seq;
  clock_.advance(std::chrono::seconds(1));
  compare(40, 40);
  for (const bool down : {false, true}) {
    if (down) is_down();
    const auto refused = here_->board.go_to({.revision = then}, by_ann);
    EXPECT_EQ(rule(refused), down ? kUnfit : kDiffers);
    EXPECT_THAT(refused.error().message,
                AllOf(StartsWith("refused, and nothing was changed: the new side of catalog "),
                      HasSubstr("catalog.read 40 of the last 40"),
                      EndsWith(" --despite-differences. What was to go back can go alone: `banyan "
                               "back orders`")));
    EXPECT_EQ(last_line().seq, now);
  }
  EXPECT_TRUE(here_->board.back("orders", {"ann", "as it was told"}));
}

}  // namespace
}  // namespace banyan::strangler
