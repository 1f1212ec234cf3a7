// SPDX-License-Identifier: Apache-2.0
#include "use_recorder.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "banyan/test/temporary_folder.hpp"
#include "unit/strangler/manual_scheduler.hpp"

namespace banyan::serving {
namespace {

class TheUseRecorder : public testing::Test {
 protected:
  std::vector<retirement::UseCount> used() const {
    return {{{"catalog", "get_album", "local", "request"}, used_, last_}};
  }
  void begin(UseRecorder& recorder) {
    recorder.begin(scheduler_, [this] { return used(); });
  }
  retirement::Uses book() {
    return retirement::UseBook::open(folder_.file("uses"), clock_).value()->read().value();
  }
  void pass_a_minute() {
    clock_.advance(retirement::kNoteInterval);
    scheduler_.tick();
  }

  test::TemporaryFolder folder_;
  ManualClock clock_;
  telemetry::Log log_{{.service = "test", .file = "/dev/null"}};
  test::ManualScheduler scheduler_;
  std::uint64_t used_ = 0;
  std::optional<Timestamp> last_;
};

TEST_F(TheUseRecorder, SaysAtOnceThatItIsThere) {
  UseRecorder recorder(folder_.file("uses"), clock_, log_);
  begin(recorder);
  ASSERT_EQ(book().watched.size(), 1U);
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(book().watched[0].ran_until, clock_.now()) << "it runs, and has noted nothing";
  recorder.end();
}

TEST_F(TheUseRecorder, LosesNothingWhenItEnds) {
  UseRecorder recorder(folder_.file("uses"), clock_, log_);
  begin(recorder);
  pass_a_minute();
  used_ = 3;
  clock_.advance(std::chrono::seconds(30));
  recorder.end();
  const retirement::Uses uses = book();
  ASSERT_EQ(uses.uses.size(), 1U);
  EXPECT_EQ(uses.uses[0].count, 3U);
  EXPECT_EQ(uses.watched.at(0).until, clock_.now());
  EXPECT_EQ(uses.watched.at(0).ran_until, clock_.now());
}

// Else a note that comes after a move puts uses behind it that never were.
TEST_F(TheUseRecorder, KeepsWhenTheLastUseWasAndNotWhenItWasNoted) {
  UseRecorder recorder(folder_.file("uses"), clock_, log_);
  begin(recorder);
  pass_a_minute();
  used_ = 3;
  last_ = clock_.now();
  clock_.advance(std::chrono::seconds(40));
  const auto told = retirement::uses_from_json(recorder.json());
  ASSERT_TRUE(told);
  ASSERT_EQ(told->uses.size(), 1U);
  EXPECT_EQ(told->uses[0].last, *last_);
  EXPECT_EQ(told->noted, clock_.now());
  recorder.end();
  EXPECT_EQ(book().uses[0].last, *last_);
}

TEST_F(TheUseRecorder, TakesTheTimeOfAUseThatWasCountedInTheNoteBefore) {
  UseRecorder recorder(folder_.file("uses"), clock_, log_);
  begin(recorder);
  used_ = 1;
  last_ = clock_.now();
  pass_a_minute();
  last_ = clock_.now();
  pass_a_minute();
  recorder.end();
  EXPECT_EQ(book().uses[0].count, 1U);
  EXPECT_EQ(book().uses[0].last, *last_);
}

TEST_F(TheUseRecorder, LeavesAGapWhenItIsKilled) {
  std::optional<UseRecorder> recorder(std::in_place, folder_.file("uses"), clock_, log_);
  begin(*recorder);
  pass_a_minute();
  const Timestamp noted = clock_.now();
  used_ = 3;
  clock_.advance(std::chrono::seconds(30));
  recorder.reset();
  EXPECT_TRUE(book().uses.empty());
  EXPECT_EQ(book().watched.at(0).until, noted);
  EXPECT_GT(book().watched.at(0).ran_until, clock_.now());
}

}  // namespace
}  // namespace banyan::serving
