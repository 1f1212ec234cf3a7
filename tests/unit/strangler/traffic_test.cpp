// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/traffic.hpp"

#include <gtest/gtest.h>

#include "banyan/stages/legality.hpp"
#include "banyan/stages/suggestion.hpp"

namespace banyan::strangler {
namespace {

Percent percent(std::string_view text) {
  const auto read = Percent::parse(text);
  EXPECT_TRUE(read) << text;
  return read.value_or(Percent::none());
}

TEST(PercentText, ReadsWhatPeopleWrite) {
  EXPECT_EQ(percent("25%").hundredths(), 2500U);
  EXPECT_EQ(percent("25").hundredths(), 2500U);
  EXPECT_EQ(percent("25 %").hundredths(), 2500U);
  EXPECT_EQ(percent("0.01%").hundredths(), 1U);
  EXPECT_EQ(percent("0.5").hundredths(), 50U);
  EXPECT_EQ(percent("100.00%").hundredths(), 10'000U);
}

TEST(PercentText, RefusesEverythingElse) {
  for (const std::string_view text :
       {"", "%", "-1", "+1", "101", "100.01", "0.001", "1e1", "25%%", ".5", "5.", "a", " 25",
        "0x10", "99999999999999999999", "25,5"}) {
    const auto read = Percent::parse(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().rule, "banyan.bad_percentage");
    EXPECT_EQ(
        read.error().message,
        '"' + std::string(text) +
            "\" is not a percentage from 0 to 100 with at most two decimals, such as 25%, 0.5% "
            "or 100");
  }
}

TEST(PercentText, WritesWhatItReads) {
  for (std::uint32_t hundredths = 0; hundredths <= 10'000; ++hundredths) {
    const Percent each = *Percent::of_hundredths(hundredths);
    ASSERT_EQ(percent(to_string(each)), each);
  }
  EXPECT_EQ(to_string(percent("12.30")), "12.3%");
  EXPECT_FALSE(Percent::of_hundredths(-1));
  EXPECT_FALSE(Percent::of_hundredths(10'001));
}

TEST(TrafficOf, NamesTheStage) {
  EXPECT_EQ(to_string(Traffic::of(percent("0"), Side::Local)), "legacy");
  EXPECT_EQ(to_string(Traffic::of(percent("25"), Side::Local)), "canary 25%");
  EXPECT_EQ(to_string(Traffic::of(percent("100"), Side::Local)), "canary 100%");
  EXPECT_EQ(to_string(Traffic::of(percent("100"), Side::Remote)), "moved");
  EXPECT_EQ(to_json(Traffic::of(percent("25"), Side::Local)),
            R"({"stage":"canary","reads":2500,"writes":"local"})");
  for (const TrafficStage stage : kTrafficStages) {
    EXPECT_EQ(traffic_stage_from(to_string(stage)), stage);
  }
  EXPECT_FALSE(traffic_stage_from("dual_write"));
  EXPECT_EQ(to_string(Traffic::shadow()), "shadow");
  EXPECT_EQ(to_string(Traffic::retired()), "retired");
}

TEST(TrafficSide, SendsWritesAsAWholeAndReadsByBucket) {
  const Traffic canary = Traffic::of(percent("25"), Side::Local);

  EXPECT_EQ(canary.side(Effect::Read, 2499), Side::Remote);
  EXPECT_EQ(canary.side(Effect::Read, 2500), Side::Local);
  EXPECT_EQ(canary.side(Effect::Write, 0), Side::Local);
  EXPECT_EQ(Traffic::of(percent("100"), Side::Remote).side(Effect::Write, 9999), Side::Remote);
}

/// Every traffic that bears a name, with shares from everywhere.
std::vector<Traffic> every_traffic() {
  std::vector<Traffic> all{Traffic::shadow(), Traffic::retired()};
  for (const char* reads : {"0", "0.01", "25", "99.99", "100"}) {
    for (const Side writes : {Side::Local, Side::Remote}) {
      all.push_back(Traffic::of(percent(reads), writes));
    }
  }
  return all;
}

// What the matrix must say, written down a second time and independently: every combination of
// shares, sides, data and reach.
TEST(LegalityMatrix, AgreesWithItsSpecificationEverywhere) {
  int legal = 0, illegal = 0;
  for (const Traffic& traffic : every_traffic()) {
    for (const DataStage data : kDataStages) {
      for (int bits = 0; bits < 8; ++bits) {
        const bool old_side = (bits & 1) != 0, new_side = (bits & 2) != 0;
        const bool both_reach = (bits & 4) != 0;
        const bool shadow = traffic.stage == TrafficStage::Shadow;
        const bool all_old = traffic.reads == Percent::none() && traffic.writes == Side::Local;
        const bool all_new = traffic.reads == Percent::all() && traffic.writes == Side::Remote;
        const bool own_database = data == DataStage::Switched || data == DataStage::Separate ||
                                  data == DataStage::Reversing || data == DataStage::Returning;
        const bool on_the_move = data != DataStage::Shared && data != DataStage::Separate;
        bool expected = traffic.writes == Side::Local || traffic.reads == Percent::all();
        if (!new_side) expected = expected && all_old && !shadow;
        if (!old_side) expected = expected && all_new;
        if (!both_reach) {
          expected = expected && ((all_old && !shadow) || (all_new && own_database));
        }
        if (traffic.stage == TrafficStage::Retired) expected = expected && !on_the_move;

        const auto why = why_illegal("catalog", traffic, {old_side, new_side, data, both_reach});

        EXPECT_EQ(!why.has_value(), expected) << to_string(traffic) << ' ' << to_string(data)
                                              << " bits " << bits << ' ' << why.value_or("");
        (expected ? legal : illegal) += 1;
        if (why) {
          EXPECT_NE(why->find("catalog"), std::string::npos) << *why;
        }
      }
    }
  }
  EXPECT_EQ(legal + illegal, 12 * 8 * 8);
  EXPECT_GT(legal, 100);
}

TEST(LegalityMatrix, HasACellForEveryPair) {
  std::string table;
  for (const TrafficStage traffic : kTrafficStages) {
    for (const DataStage data : kDataStages) {
      table += "-obm"[static_cast<std::size_t>(data_need(traffic, data))];
    }
    table += ' ';
  }
  EXPECT_EQ(table, "-------- bbbbbbbb bbbbbbbb oooo---- ommmm-mm ");
}

TEST(LegalityMatrix, SaysWhatIsLegalInstead) {
  const Topology far{.data = DataStage::Separate, .both_reach_data = false};
  EXPECT_EQ(
      why_change_illegal("catalog", Traffic::of(percent("1"), Side::Local), far),
      "only one side can open the database of catalog, so its traffic moves as a whole. Shift "
      "it at once: 100% with the writes on the new side, or 0% with them on the old one. Legal "
      "now: legacy, moved.");
  EXPECT_EQ(why_change_illegal("catalog", Traffic::of(percent("1"), Side::Local),
                               {.old_side = false, .new_side = false}),
            "there is no service of catalog to send traffic to. Build the application with "
            "-DBANYAN_ROUTED=catalog, start the module's service, and give the application `--at "
            "catalog=HOST:PORT`; for a foreign application, give its routes a successor in "
            "banyan.toml. Nothing is legal as things are.");
  EXPECT_FALSE(why_change_illegal("catalog", Traffic::of(percent("1"), Side::Local), {}));
}

TEST(LegalityMatrix, NamesNoStageWhereTheSharesThemselvesAreTheReason) {
  const auto why = why_change_illegal("catalog", Traffic::of(percent("10"), Side::Remote), {});
  ASSERT_TRUE(why);
  EXPECT_EQ(why->find("Legal now"), std::string::npos) << *why;
  EXPECT_TRUE(why->ends_with("or move all reads first (100%).")) << *why;
}

TEST(LegalityMatrix, ShiftsNobodyWhileADatabaseIsSwitched) {
  for (const DataStage data : kDataStages) {
    const bool waits = data == DataStage::Switching || data == DataStage::Reversing;
    const auto why = why_change_illegal("catalog", Traffic{}, {.data = data});
    EXPECT_EQ(why.has_value(), waits) << to_string(data);
    // What runs already may go on.
    EXPECT_FALSE(why_illegal("catalog", Traffic{}, {.data = data}));
  }
}

TEST(LegalityMatrix, LetsWritesComeHomeByThemselvesOnlyWhereTheOldSideHasWhatWasWritten) {
  for (const DataStage data : kDataStages) {
    const bool waits = is_switch_under_way(data);
    EXPECT_EQ(why_writes_stay("catalog", {.data = data}).has_value(), waits) << to_string(data);
    EXPECT_TRUE(why_writes_stay("catalog", {.data = data, .both_reach_data = false}));
    EXPECT_TRUE(why_writes_stay("catalog", {.data = data, .old_side_sees_writes = false}));
    EXPECT_TRUE(why_writes_stay("catalog", {.old_side = false, .data = data}));
  }
  // A person may all the same: a foreign application's data are known to people only.
  EXPECT_FALSE(why_change_illegal("catalog", Traffic{}, {.old_side_sees_writes = false}));
}

TEST(LegalityMatrix, KeepsTheOldSideWhileTheWayBackNeedsIt) {
  EXPECT_EQ(why_illegal("catalog", Traffic::retired(), {.data = DataStage::Switched}),
            "the tables of catalog are on the move (switched), and its way back needs the old "
            "side. Bring the move to its end first: banyan schema move catalog --complete.");
  EXPECT_EQ(why_illegal("catalog", Traffic::retired(), {.data = DataStage::Copying}),
            "the tables of catalog are on the move (copying), and its way back needs the old "
            "side. Bring the move to its end first: banyan schema move catalog.");
  EXPECT_FALSE(why_illegal("catalog", Traffic::retired(), {.data = DataStage::Separate}));
}

TEST(LegalityMatrix, RefusesANameThatDoesNotFitTheShares) {
  const Traffic misnamed{TrafficStage::Moved, percent("25"), Side::Local};
  EXPECT_EQ(why_illegal("catalog", misnamed, {}),
            "catalog with 25% of the reads and local writes is called canary, not moved.");
}

TEST(LegalityMatrix, TeachesTheNextStep) {
  EXPECT_EQ(
      why_illegal("catalog", Traffic::of(percent("25"), Side::Remote), {}),
      "the writes of catalog may only be on the new side while 100% of its reads are, and 25% "
      "would be: two sides must never answer for what one of them writes. Bring the writes home "
      "in the same change (writes to the old side), or move all reads first (100%).");
  EXPECT_EQ(why_illegal("catalog", Traffic::of(percent("25"), Side::Local), {.new_side = false}),
            "there is no service of catalog to send traffic to. Build the application with "
            "-DBANYAN_ROUTED=catalog, start the module's service, and give the application `--at "
            "catalog=HOST:PORT`; for a foreign application, give "
            "its routes a successor in banyan.toml.");
  EXPECT_EQ(why_illegal("catalog", Traffic::of(percent("0"), Side::Local), {.old_side = false}),
            "this application was built without catalog (BANYAN_EXTRACT), so only the service can "
            "answer. Build it with -DBANYAN_ROUTED=catalog to bring traffic back.");
  EXPECT_EQ(
      why_illegal("catalog", Traffic::of(percent("1"), Side::Local), {.both_reach_data = false}),
      "the tables of catalog are in the shared database, which its service cannot open from "
      "another "
      "host. Separate them first: banyan schema move catalog.");
  EXPECT_EQ(
      why_illegal("catalog", Traffic::of(percent("1"), Side::Local),
                  {.data = DataStage::Separate, .both_reach_data = false}),
      "only one side can open the database of catalog, so its traffic moves as a whole. Shift it "
      "at once: 100% with the writes on the new side, or 0% with them on the old one.");
}

// A tester's request beside the others', written down independently: every combination again.
TEST(Forcing, IsLegalWhereACanaryIsAndForNoWriteBesideTheOthers) {
  int legal = 0, illegal = 0;
  for (const Traffic& traffic : every_traffic()) {
    for (const DataStage data : kDataStages) {
      for (int bits = 0; bits < 8; ++bits) {
        const bool old_side = (bits & 1) != 0, new_side = (bits & 2) != 0;
        const bool both_reach = (bits & 4) != 0;
        for (const Side wanted : {Side::Local, Side::Remote}) {
          const Topology topology{old_side, new_side, data, both_reach};
          const bool all_there =
              traffic.reads == (wanted == Side::Remote ? Percent::all() : Percent::none());
          const bool mixed = traffic.writes == Side::Local && old_side && new_side && both_reach;

          const auto why_read =
              why_forcing_illegal("catalog", traffic, Effect::Read, wanted, topology);
          const auto why_write =
              why_forcing_illegal("catalog", traffic, Effect::Write, wanted, topology);

          EXPECT_EQ(!why_read, all_there || mixed)
              << to_string(traffic) << ' ' << to_string(data) << " bits " << bits << " to "
              << to_string(wanted) << ' ' << why_read.value_or("");
          EXPECT_EQ(!why_write, wanted == traffic.writes) << to_string(traffic);
          (why_read ? illegal : legal) += 1;
        }
      }
    }
  }
  EXPECT_GT(legal, 100);
  EXPECT_GT(illegal, 100);
}

TEST(Steps, LeadFromLegacyToMovedAndNoFurther) {
  Traffic traffic;
  std::string walked = to_string(traffic);
  while (const auto next = next_step("catalog", traffic)) {
    traffic = *next;
    walked += " > " + to_string(traffic);
  }
  EXPECT_EQ(walked, "legacy > canary 1% > canary 10% > canary 50% > canary 100% > moved");
  EXPECT_EQ(next_step("catalog", traffic).error().rule, "banyan.no_next_step");
}

TEST(Steps, GoOnFromAPercentageBetweenTwoSteps) {
  const auto next = next_step("catalog", Traffic::of(percent("25"), Side::Local));
  ASSERT_TRUE(next);
  EXPECT_EQ(to_string(*next), "canary 50%");
}

TEST(Steps, LeadBackOneNamedStepAtATime) {
  const auto canary = step_back("catalog", Traffic::of(Percent::all(), Side::Remote));
  ASSERT_TRUE(canary);
  EXPECT_EQ(*canary, Traffic::of(Percent::all(), Side::Local));
  const auto legacy = step_back("catalog", *canary);
  ASSERT_TRUE(legacy);
  EXPECT_EQ(*legacy, Traffic{});
  EXPECT_EQ(step_back("catalog", *legacy).error().rule, "banyan.no_step_back");
  EXPECT_EQ(*step_back("catalog", Traffic::shadow()), Traffic{});
  EXPECT_EQ(*step_back("catalog", Traffic::retired()), Traffic::of(Percent::all(), Side::Remote));
}

TEST(Suggestion, NamesWhatWasProbablyMeant) {
  const std::vector<std::string> known = {"catalog", "orders", "warehouse"};
  EXPECT_EQ(suggestion("catalgo", known), " Did you mean \"catalog\"?");
  EXPECT_EQ(suggestion("order", known), " Did you mean \"orders\"?");
  EXPECT_EQ(suggestion("payments", known), " Known: catalog, orders, warehouse.");
  EXPECT_EQ(suggestion("payments", {}), "");
}

}  // namespace
}  // namespace banyan::strangler
