// SPDX-License-Identifier: Apache-2.0
#include "banyan/retirement/judgement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banyan::retirement {
namespace {

using std::chrono::hours;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Timestamp kNow{1'800'000'000'000'000};

Timestamp ago(std::chrono::microseconds time) { return {kNow.micros - time.count()}; }

/// A module whose old side is dead.
Facts dead() {
  Facts facts;
  facts.module = "catalog";
  facts.now = kNow;
  facts.quiet_for = hours(24 * 14);
  facts.stage = "moved";
  facts.all_new = true;
  facts.shifts = {{ago(hours(24 * 20)), true}, {ago(hours(24 * 21)), false}};
  facts.uses = Uses{
      .since = ago(hours(24 * 60)),
      .noted = kNow,
      .complete = true,
      .watched = {{ago(hours(24 * 60)), kNow}},
      .uses = {{{"catalog", "get_album", "local", "request"},
                7,
                ago(hours(24 * 50)),
                ago(hours(24 * 20))},
               {{"catalog", "get_album", "remote", "request"}, 9, ago(hours(24)), ago(hours(0))},
               {{"orders", "get_order", "local", "request"}, 9, ago(hours(24)), ago(hours(0))}}};
  facts.data = "separate";
  facts.lanes = {{"orders", "catalog", "http", 0, 0}, {"catalog", "orders", "in_process", 0, 1}};
  facts.operations = {"get_album", "list_albums"};
  return facts;
}

std::vector<std::string> rules(const Facts& facts) {
  std::vector<std::string> all;
  for (const Hindrance& each : judge(facts).hindrances) {
    EXPECT_FALSE(each.next.empty()) << each.rule;
    all.push_back(each.rule);
  }
  return all;
}

TEST(Retirement, AllowsWhatNothingUses) {
  const Judgement judgement = judge(dead());
  EXPECT_THAT(judgement.hindrances, IsEmpty());
  EXPECT_EQ(judgement.moved_since, ago(hours(24 * 20)));
  ASSERT_EQ(judgement.operations.size(), 2U);
  EXPECT_EQ(judgement.operations[0].operation, "get_album");
  EXPECT_EQ(judgement.operations[0].last, ago(hours(24 * 20)));
  EXPECT_EQ(judgement.operations[0].count, 7U);
  EXPECT_FALSE(judgement.operations[1].last);
}

TEST(Retirement, RefusesWhatHasNotMovedAsAWhole) {
  Facts facts = dead();
  facts.stage = "canary 100%";
  facts.all_new = false;
  EXPECT_THAT(rules(facts), ElementsAre("not_moved"));
}

TEST(Retirement, RefusesWhatHasMovedLatelyAlsoWhenItHadMovedBefore) {
  Facts facts = dead();
  facts.shifts = {{ago(hours(24)), true}, {ago(hours(48)), false}, {ago(hours(24 * 40)), true}};
  EXPECT_THAT(rules(facts), ElementsAre("moved_lately"));
}

TEST(Retirement, CountsFromTheFirstChangeOfThoseWithoutABreak) {
  Facts facts = dead();
  facts.shifts.insert(facts.shifts.begin(), {ago(hours(1)), true});
  EXPECT_THAT(rules(facts), IsEmpty());
}

TEST(Retirement, RefusesWithoutTheLogsWord) {
  Facts facts = dead();
  facts.shifts.clear();
  EXPECT_THAT(rules(facts), ElementsAre("not_in_log"));
  facts = dead();
  facts.log_intact = false;
  EXPECT_THAT(rules(facts), ElementsAre("log_broken"));
}

TEST(Retirement, RefusesWhenNobodyHasLookedLongEnough) {
  Facts facts = dead();
  facts.uses->watched = {{ago(hours(24 * 13)), kNow}};
  EXPECT_THAT(rules(facts), ElementsAre("watched_too_short"));
  facts.uses.reset();
  EXPECT_THAT(rules(facts), ElementsAre("uses_unknown"));
  facts = dead();
  facts.uses->complete = false;
  EXPECT_THAT(rules(facts), ElementsAre("uses_incomplete"));
}

TEST(Retirement, TakesATimeInWhichNobodyLookedForNoProof) {
  Facts facts = dead();
  facts.quiet_for = hours(24 * 7);
  // Killed three days ago, and up again 21 hours later.
  facts.uses->watched = {{ago(hours(24 * 60)), ago(hours(72))}, {ago(hours(51)), kNow}};
  const Judgement judgement = judge(facts);
  ASSERT_EQ(judgement.hindrances.size(), 1U);
  EXPECT_EQ(judgement.hindrances[0].rule, "watched_too_short");
  EXPECT_THAT(judgement.hindrances[0].message,
              HasSubstr("watched the old side for 6 d 3 h of the last 7 d, and not from "));
  EXPECT_EQ(judgement.watched, hours(24 * 6 + 3));
  facts.quiet_for = hours(48);
  EXPECT_THAT(rules(facts), IsEmpty()) << "since then somebody has";
}

TEST(Retirement, AllowsTheMomentsThatRestartsTake) {
  Facts facts = dead();
  facts.uses->watched = {{ago(hours(24 * 60)), ago(hours(72))},
                         {ago(hours(72) - std::chrono::minutes(2)), kNow}};
  const Judgement judgement = judge(facts);
  EXPECT_THAT(judgement.hindrances, IsEmpty());
  EXPECT_EQ(judgement.watched, hours(24 * 14) - std::chrono::minutes(2));
}

TEST(Retirement, AddsUpWhatSeveralProcessesHaveWatched) {
  Facts facts = dead();
  facts.uses->watched = {{ago(hours(24 * 5)), kNow},
                         {ago(hours(24 * 20)), ago(hours(24 * 4))},
                         {ago(hours(24 * 19)), ago(hours(24 * 18))}};
  EXPECT_EQ(judge(facts).watched, hours(24 * 14));
  // Of these one has run for two days without a word.
  facts.uses->watched[2].ran_until = ago(hours(24 * 4));
  facts.uses->watched[2].until = ago(hours(24 * 6));
  EXPECT_EQ(judge(facts).watched, hours(24 * 12));
  EXPECT_THAT(rules(facts), ElementsAre("watched_too_short"));
  facts.uses->watched.clear();
  EXPECT_EQ(judge(facts).watched, hours(0));
  facts.quiet_for = std::chrono::minutes(1);
  EXPECT_THAT(rules(facts), ElementsAre("watched_too_short")) << "however short it is";
}

TEST(Retirement, EndsWhereThoseWhoLookHaveNotedLast) {
  Facts facts = dead();
  facts.quiet_for = std::chrono::minutes(1);
  facts.uses->watched.push_back({ago(hours(24)), ago(std::chrono::seconds(50)), kNow});
  EXPECT_EQ(judge(facts).watched, std::chrono::minutes(1)) << "of the minute before";
  EXPECT_THAT(rules(facts), IsEmpty());
  facts.uses->watched.back().until = ago(std::chrono::minutes(5));
  EXPECT_EQ(judge(facts).watched, hours(0)) << "which has noted nothing for long";
  EXPECT_THAT(rules(facts), ElementsAre("watched_too_short"));
}

TEST(Spans, AreToldInTheTwoLargestUnits) {
  using std::chrono::seconds;
  EXPECT_EQ(span_text(hours(24 * 6 + 3)), "6 d 3 h");
  EXPECT_EQ(span_text(hours(24 * 7)), "7 d");
  EXPECT_EQ(span_text(seconds(3 * 3'600 + 10 * 60 + 5)), "3 h 10 min");
  EXPECT_EQ(span_text(seconds(125)), "2 min 5 s");
  EXPECT_EQ(span_text(seconds(0)), "0 s");
}

TEST(Retirement, RefusesWhatWasUsedLatelyAndSaysByWhom) {
  for (const char* way : {"request", "call", "misspelled"}) {
    Facts facts = dead();
    facts.uses->uses.push_back(
        {{"catalog", "list_albums", "local", way}, 1, ago(hours(3)), ago(hours(3))});
    facts.callers = {{"list_albums", "curl", 1, ago(hours(3))}};
    const Judgement judgement = judge(facts);
    ASSERT_EQ(judgement.hindrances.size(), 1U) << way;
    EXPECT_EQ(judgement.hindrances[0].rule, "used_lately");
    EXPECT_THAT(judgement.hindrances[0].message, HasSubstr("list_albums"));
    EXPECT_THAT(judgement.hindrances[0].message, HasSubstr("curl"));
  }
}

TEST(Retirement, AsksForNoLogWhereOneHasSaidWhoAsks) {
  Facts facts = dead();
  facts.uses->uses[0].last = ago(hours(1));
  const Judgement without = judge(facts);
  ASSERT_EQ(without.hindrances.size(), 1U);
  EXPECT_THAT(without.hindrances[0].next, HasSubstr("--access-log FILE"));
  EXPECT_THAT(without.hindrances[0].message, HasSubstr("was used on the old side at "));
  facts.callers = {{"get_album", "none", 848, ago(hours(1))}};
  const Judgement with = judge(facts);
  ASSERT_EQ(with.hindrances.size(), 1U);
  EXPECT_THAT(with.hindrances[0].message, HasSubstr("a program that does not say its name"));
  EXPECT_EQ(with.hindrances[0].next.find("--access-log"), std::string::npos);
}

TEST(Retirement, TakesWhatWasNotToldApartForAUse) {
  Facts facts = dead();
  facts.uses->uses.push_back(
      {{"other", "other", "local", "request"}, 1, ago(hours(3)), ago(hours(3))});
  EXPECT_THAT(rules(facts), ElementsAre("used_lately"));
}

TEST(Retirement, RefusesWhileConnectionsLiveOnTheOldSide) {
  Facts facts = dead();
  facts.tunnels_on_old_side = 2;
  EXPECT_THAT(rules(facts), ElementsAre("tunnels_live"));
}

TEST(Retirement, RefusesWhileTheTablesAreElsewhereThanOnTheirOwn) {
  Facts facts = dead();
  facts.data = "shared";
  EXPECT_THAT(rules(facts), ElementsAre("tables_shared"));
  facts.data = "copying";
  EXPECT_THAT(rules(facts), ElementsAre("move_not_over"));
  facts.data = "switched";
  EXPECT_THAT(rules(facts), ElementsAre("move_not_over"));
  EXPECT_EQ(judge(facts).hindrances.at(0).next,
            "banyan schema move catalog --complete --database FILE");
  facts.data = kOwnSchema;
  EXPECT_THAT(rules(facts), IsEmpty()) << "on PostgreSQL, where no copy is anywhere else";
  facts.data.reset();
  EXPECT_THAT(rules(facts), IsEmpty()) << "of a foreign application nobody knows";
}

TEST(Retirement, RefusesWhileEventsAreDeliveredToTheOldSideOrWaitOnIt) {
  Facts facts = dead();
  facts.lanes = {{"orders", "catalog", "in_process", 0, 0}};
  EXPECT_THAT(rules(facts), ElementsAre("lane_in_process"));
  facts.lanes = {{"catalog", "orders", "http", 1, 0}};
  EXPECT_THAT(rules(facts), ElementsAre("lane_stuck"));
  facts.lanes = {{"catalog", "orders", "http", 0, 600}};
  EXPECT_THAT(rules(facts), ElementsAre("lane_stuck"));
  EXPECT_EQ(judge(facts).hindrances.front().next, "banyan events list catalog --database FILE");
}

TEST(Retirement, RefusesWhileNobodyCanTellWhereEventsAre) {
  Facts facts = dead();
  facts.lanes.clear();
  facts.unknown_lanes = {{"orders", "the server has gone away"}};
  EXPECT_THAT(rules(facts), ElementsAre("lanes_unknown"));
  EXPECT_THAT(judge(facts).hindrances.front().message,
              AllOf(HasSubstr("orders"), HasSubstr("the server has gone away")));
}

TEST(Retirement, SaysEveryReasonAtOnce) {
  Facts facts = dead();
  facts.all_new = false;
  facts.data = "shared";
  facts.tunnels_on_old_side = 1;
  EXPECT_THAT(rules(facts), ElementsAre("not_moved", "tunnels_live", "tables_shared"));
}

}  // namespace
}  // namespace banyan::retirement
