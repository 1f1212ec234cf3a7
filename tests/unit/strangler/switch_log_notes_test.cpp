// SPDX-License-Identifier: Apache-2.0
// Lines of the switch log that are no revisions: plans, and the table of routes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "banyan/stages/control_store.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/raw_sqlite.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kRunning = R"({"state":"running","step":0,"steps":[1,2],"arrived":false})";
constexpr const char* kPaused = R"({"state":"paused","step":0,"steps":[1,2],"arrived":false})";
constexpr const char* kWithoutTriggers =
    "DROP TRIGGER IF EXISTS switch_log_keeps_lines; DROP TRIGGER IF EXISTS "
    "switch_log_loses_nothing; DROP TRIGGER IF EXISTS switch_log_keeps_notes; DROP TRIGGER IF "
    "EXISTS switch_log_loses_no_note;";

class NotesOfTheSwitchLog : public testing::Test {
 protected:
  void SetUp() override {
    store_ = open();
    ASSERT_TRUE(store_->enlist({"catalog", "orders"}));
  }

  std::unique_ptr<ControlStore> open() {
    auto store = ControlStore::open(file_, clock_);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }

  /// A plan that says so, with so much of the traffic.
  void walk(const std::string& document, std::int64_t hundredths,
            const std::string& who = "ann@desk") {
    clock_.advance(std::chrono::seconds(1));
    const auto walked =
        store_->walk("catalog", {"plan (ann@desk)", "a reason", "figures"},
                     [&](const Traffic&, StoredPlan& plan) -> Result<Traffic> {
                       plan.document = document;
                       plan.who = who;
                       return Traffic::of(*Percent::of_hundredths(hundredths), Side::Local);
                     });
    ASSERT_TRUE(walked) << walked.error().message;
  }

  Result<std::optional<LogEntry>> tell(const std::vector<TablePart>& table,
                                       const std::string& who = "proxy (root@here)") {
    return store_->note_table(table, {who, "the process started"});
  }

  /// Stage 1, plan 1, plan 2, routes 3, stage 2, plan 4.
  void write_six_lines() {
    walk(kRunning, 100);
    walk(kPaused, 100);
    ASSERT_TRUE(tell({{"route a", "1"}}));
    walk(kRunning, 500);
  }

  std::vector<std::string> kinds(std::size_t limit = 20, std::string_view module = {},
                                 std::string_view kind = {}) {
    std::vector<std::string> all;
    const auto lines = store_->history(limit, module, kind);
    if (!lines) return {lines.error().message};
    for (const LogEntry& each : *lines) {
      all.push_back(each.kind + ' ' + std::to_string(each.note != 0 ? each.note : each.seq));
    }
    return all;
  }

  Verification verified(const std::string& sql = "", std::string_view head = {}) {
    if (!sql.empty()) test::RawSqlite(file_).run(kWithoutTriggers + sql);
    auto found = store_->verify(head);
    EXPECT_TRUE(found) << found.error().message;
    return found ? std::move(*found) : Verification{};
  }

  test::TemporaryFolder folder_;
  std::string file_ = folder_.file("control.db");
  ManualClock clock_;
  std::unique_ptr<ControlStore> store_;
};

TEST_F(NotesOfTheSwitchLog, TellWhatAPlanWasAndWhatItIsThoughNoTrafficWentElsewhere) {
  walk(kRunning, 100, "");
  walk(kPaused, 100);
  const auto lines = store_->history(10, "catalog", kPlanLine);
  ASSERT_TRUE(lines && lines->size() == 2);
  const LogEntry& paused = lines->front();
  EXPECT_EQ(paused.who, "ann@desk");
  EXPECT_EQ(lines->back().who, "plan (ann@desk)") << "who moves the traffic, where nobody is named";
  EXPECT_EQ(paused.why, "a reason");
  EXPECT_EQ(paused.evidence, "figures");
  EXPECT_EQ(Json::parse(lines->back().before)["state"], "none");
  const Json before = Json::parse(paused.before);
  const Json after = Json::parse(paused.after);
  EXPECT_EQ(before["state"], "running");
  EXPECT_EQ(after["state"], "paused");
  EXPECT_EQ(after["step"], 1) << "counted from one";
  EXPECT_EQ(after["of"], 2);
  EXPECT_EQ(after["version"], 2);
  EXPECT_EQ(before, Json::parse(lines->back().after));
  walk(kPaused, 100);
  EXPECT_EQ(kinds().size(), 3U) << "what was as it was has no line";
}

TEST_F(NotesOfTheSwitchLog, AreNoRevisions) {
  write_six_lines();
  const auto stand = store_->stand();
  EXPECT_EQ(stand->revision, 2U);
  EXPECT_EQ(stand->find("catalog")->revision, 2U);
  EXPECT_EQ(stand->lines, 6U);
  EXPECT_EQ(to_string(store_->stand_at(1)->find("catalog")->traffic), "canary 1%");
  EXPECT_EQ(store_->stand_at(3).error().rule, "banyan.unknown_revision");
  ASSERT_EQ(store_->log(10)->size(), 2U) << "stages only";
  walk(kPaused, 500);
  const auto asked = store_->change("catalog", {.who = "bo", .why = "a step", .from = 2},
                                    [](const Traffic&) -> Result<Traffic> { return Traffic{}; });
  EXPECT_TRUE(asked) << "nobody was faster: a pause moves no traffic; " << asked.error().message;
}

TEST_F(NotesOfTheSwitchLog, StandInOrderAmongTheStagesAndCanBeAskedForByKindAndModule) {
  write_six_lines();
  EXPECT_THAT(kinds(), ElementsAre("plan 4", "stage 2", "routes 3", "plan 2", "plan 1", "stage 1"));
  EXPECT_THAT(kinds(2), ElementsAre("plan 4", "stage 2"));
  EXPECT_THAT(kinds(20, "", "routes"), ElementsAre("routes 3"));
  EXPECT_THAT(kinds(20, "", "stage"), ElementsAre("stage 2", "stage 1"));
  EXPECT_THAT(kinds(20, "orders"), IsEmpty());
  EXPECT_THAT(kinds(20, "catalog", "plan"), ElementsAre("plan 4", "plan 2", "plan 1"));
}

TEST_F(NotesOfTheSwitchLog, OfRoutesTellWhatCameWentAndChangedAndAreNotRepeated) {
  const auto first = tell({{"route a", "1"}, {"route b", "1"}, {"upstream u", "1"}});
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->who, "proxy (root@here)");
  EXPECT_EQ((*first)->module, "");
  EXPECT_EQ(Json::parse((*first)->after)["added"], Json({"route a", "route b", "upstream u"}));
  store_ = open();
  const auto again = tell({{"route a", "1"}, {"route b", "1"}, {"upstream u", "1"}}, "a replica");
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again) << "neither by a restart nor by another process";
  const auto other = tell({{"route a", "1"}, {"route c", "1"}, {"upstream u", "2"}});
  ASSERT_TRUE(other && *other);
  const Json after = Json::parse((*other)->after);
  EXPECT_EQ(after["added"], Json::array({"route c"}));
  EXPECT_EQ(after["removed"], Json::array({"route b"}));
  EXPECT_EQ(after["changed"], Json::array({"upstream u"}));
  EXPECT_EQ(Json::parse((*other)->before)["table"], Json::parse((*first)->after)["table"]);
  EXPECT_THAT(verified().problems, IsEmpty());
}

TEST_F(NotesOfTheSwitchLog, OfATableOfThousandsNameTheFirst) {
  std::vector<TablePart> many;
  for (int i = 1'000; i < 3'000; ++i) many.push_back({"route " + std::to_string(i), "1"});
  const auto line = tell(many);
  ASSERT_TRUE(line && *line);
  const Json added = Json::parse((*line)->after)["added"];
  EXPECT_EQ(added.size(), 101U);
  EXPECT_EQ(added.back(), "and 1900 more");
}

TEST_F(NotesOfTheSwitchLog, AreInOneChainWithTheStages) {
  write_six_lines();
  const Verification found = verified();
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_THAT(found.remarks, IsEmpty());
  EXPECT_EQ(found.entries, 6U);
  EXPECT_EQ(found.head, store_->stand()->log_head);
  EXPECT_EQ(found.head, store_->history(1)->front().hash);
  EXPECT_THAT(verified("", store_->stand()->head).problems, IsEmpty())
      << "of a stage, noted before";
  EXPECT_THAT(verified("", store_->history(4)->back().hash).problems, IsEmpty());
}

TEST_F(NotesOfTheSwitchLog, ShowAnEditInEveryColumn) {
  for (const char* column :
       {"seq = 2", "kind = 'other'", "time = time + 1", "module = 'orders'", "who = 'eve'",
        "why = 'no'", "before = '{}'", "after = '{}'", "evidence = 'none'", "stage_hash = hash",
        "previous_hash = hash", "hash = previous_hash", "note = 9"}) {
    const test::TemporaryFolder folder;
    file_ = folder.file("control.db");
    store_ = open();
    ASSERT_TRUE(store_->enlist({"catalog", "orders"}));
    write_six_lines();
    EXPECT_FALSE(verified(std::string("UPDATE switch_log_notes SET ") + column + " WHERE note = 2")
                     .problems.empty())
        << column;
    store_.reset();
  }
}

TEST_F(NotesOfTheSwitchLog, AreMissedByTheLineOfAStageWhenTheirEndIsCutOff) {
  write_six_lines();
  EXPECT_THAT(verified("DELETE FROM switch_log_notes WHERE note >= 3").problems,
              Contains("line 2 does not follow the note before it: a note was changed, taken out "
                       "or put in"));
}

TEST_F(NotesOfTheSwitchLog, FindALineOfAStageThatWasForgedWithItsHash) {
  write_six_lines();
  LogEntry forged = store_->log(10)->front();
  forged.who = "eve";
  EXPECT_THAT(verified("UPDATE switch_log SET who = 'eve', hash = '" + chain_hash(forged) +
                       "' WHERE seq = 2")
                  .problems,
              ElementsAre(HasSubstr("note 4 was written at line 2")));
}

TEST_F(NotesOfTheSwitchLog, AreMissedByANotedHeadWhenTheLastIsCutOff) {
  write_six_lines();
  const std::string head = verified().head;
  EXPECT_THAT(
      verified("DELETE FROM switch_log_notes WHERE note = 4; UPDATE plans SET version = 2", head)
          .problems,
      Contains(HasSubstr("the log does not contain " + head)));
}

TEST_F(NotesOfTheSwitchLog, FindAPlanThatWasChangedPastTheLog) {
  write_six_lines();
  EXPECT_THAT(verified("UPDATE plans SET document = replace(document, '[1,2]', '[2,2]')").problems,
              ElementsAre("the plan of catalog is not what note 4 says: it was changed past the "
                          "log"));
  EXPECT_THAT(verified("UPDATE plans SET version = 2").problems,
              ElementsAre(HasSubstr("was set back past the log, whose note 4 is newer")));
  EXPECT_THAT(verified("DELETE FROM plans").problems,
              ElementsAre(HasSubstr("it was taken out past the log")));
}

TEST_F(NotesOfTheSwitchLog, FindATableThatWasChangedPastTheLog) {
  write_six_lines();
  EXPECT_THAT(verified("UPDATE loaded_table SET hash = '2'").problems,
              ElementsAre(HasSubstr("the table of routes is not what")));
}

TEST_F(NotesOfTheSwitchLog, AreOnlyAppendedTo) {
  write_six_lines();
  for (const char* change :
       {"DELETE FROM switch_log_notes", "UPDATE switch_log_notes SET why = ''"}) {
    EXPECT_THROW(test::RawSqlite(file_).run(change), std::runtime_error) << change;
  }
}

TEST_F(NotesOfTheSwitchLog, ThatAreLostUnderAProcessEndItsChanges) {
  write_six_lines();
  test::RawSqlite(file_).run(std::string(kWithoutTriggers) +
                             "DELETE FROM switch_log_notes WHERE note = 4");
  const auto refused = store_->stand();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "banyan.control_store_rewound");
  EXPECT_THAT(refused.error().message, HasSubstr("has lost note 4 of its switch log"));
}

TEST_F(NotesOfTheSwitchLog, OfANewerFormatAreRefused) {
  write_six_lines();
  test::RawSqlite(file_).run(std::string(kWithoutTriggers) +
                             "UPDATE switch_log_notes SET format = 2 WHERE note = 4");
  EXPECT_THAT(store_->stand().error().message, HasSubstr("note 4 of its switch log has format 2"));
  EXPECT_EQ(store_->verify().error().rule, "banyan.foreign_control_store");
  EXPECT_EQ(store_->history(10).error().rule, "banyan.foreign_control_store");
}

// What the version before reads and writes: the log of stages, the stages, the plans.
class AVersionBeforeBesideThisOne : public NotesOfTheSwitchLog {
 protected:
  void shift_by_the_version_before() {
    LogEntry line = store_->log(1)->front();
    line.previous_hash = line.hash;
    line.seq += 1;
    line.who = "old";
    line.before = R"({"stage":"canary","reads":500,"writes":"local"})";
    line.after = R"({"stage":"canary","reads":1000,"writes":"local"})";
    line.hash = chain_hash(line);
    test::RawSqlite(file_).run("INSERT INTO switch_log VALUES (" + std::to_string(line.seq) + ", " +
                               std::to_string(line.time.micros) + ", 'catalog', 'old', '" +
                               line.why + "', '" + line.before + "', '" + line.after + "', '" +
                               line.evidence + "', '" + line.previous_hash + "', '" + line.hash +
                               "', 1); UPDATE migrations SET reads = 1000, revision = " +
                               std::to_string(line.seq) + " WHERE module = 'catalog'");
  }
};

TEST_F(AVersionBeforeBesideThisOne, FindsALogOfStagesThatIsWhole) {
  write_six_lines();
  test::RawSqlite raw(file_);
  EXPECT_EQ(raw.run("PRAGMA user_version"), "3");
  EXPECT_EQ(raw.run("SELECT max(format) FROM switch_log"), "1");
  EXPECT_EQ(raw.run("SELECT count(*) || '/' || max(seq) FROM switch_log"), "2/2");
  const auto lines = store_->log(10);
  EXPECT_EQ(lines->front().previous_hash, lines->back().hash);
  for (const LogEntry& each : *lines) {
    EXPECT_TRUE(traffic_from_json(each.before) && traffic_from_json(each.after)) << each.after;
    LogEntry as_before = each;
    as_before.kind = kStageLine;
    EXPECT_EQ(chain_hash(as_before), each.hash);
  }
}

TEST_F(AVersionBeforeBesideThisOne, MayShiftAndThisOneGoesOn) {
  write_six_lines();
  shift_by_the_version_before();
  EXPECT_THAT(verified().problems, IsEmpty());
  EXPECT_EQ(verified().head, store_->stand()->head) << "the newest line is its";
  walk(kPaused, 2500);
  EXPECT_EQ(store_->stand()->revision, 4U);
  const Verification found = verified();
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_THAT(found.remarks, IsEmpty());
  EXPECT_THAT(kinds(3), ElementsAre("plan 5", "stage 4", "stage 3"));
  EXPECT_THAT(verified("UPDATE switch_log_notes SET who = 'eve' WHERE note = 4").problems,
              Contains(HasSubstr("note 4 was changed")));
}

TEST_F(AVersionBeforeBesideThisOne, MayChangeAPlanWhichIsRemarkedAndNotBlamed) {
  write_six_lines();
  test::RawSqlite(file_).run(std::string("UPDATE plans SET version = version + 1, document = '") +
                             kPaused + "'");
  const Verification found = verified();
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_THAT(found.remarks,
              ElementsAre(HasSubstr("the plan of catalog was changed after note 4, by a version")));
  walk(kRunning, 500);
  EXPECT_THAT(verified().problems, IsEmpty());
  EXPECT_THAT(verified().remarks, IsEmpty()) << "its last line is there again";
}

TEST_F(AVersionBeforeBesideThisOne, LeavesAPlanWithoutALine) {
  store_.reset();
  test::RawSqlite(file_).run(
      std::string(kWithoutTriggers) +
      "DROP TABLE switch_log_notes; DROP TABLE loaded_table;"
      "INSERT INTO plans (module, version, document) VALUES ('catalog', 3, 'a plan')");
  store_ = open();
  EXPECT_THAT(verified().problems, IsEmpty());
  EXPECT_THAT(verified().remarks, ElementsAre(HasSubstr("has no line in the log")));
  walk(kRunning, 100);
  EXPECT_THAT(verified().problems, IsEmpty());
  EXPECT_THAT(verified().remarks, IsEmpty());
  EXPECT_THAT(kinds(), ElementsAre("plan 1", "stage 1"));
}

}  // namespace
}  // namespace banyan::strangler
