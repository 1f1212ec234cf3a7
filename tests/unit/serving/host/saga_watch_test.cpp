// SPDX-License-Identifier: Apache-2.0
// Sagas that do not get to their end by themselves are heard of: in the log once, and as long as it
// lasts in metrics and health.
#include "saga_watch.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "banyan/kernel/whole_file.hpp"
#include "banyan/sql/sagas.hpp"
#include "banyan/sqlite/connection.hpp"
#include "demo_host.hpp"
#include "saga_desk.hpp"

namespace banyan::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// As migrations/orders has them.
constexpr std::string_view kTables = R"(
CREATE TABLE demo_sagas (
  id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, version BIGINT NOT NULL, subject TEXT NOT NULL,
  status TEXT NOT NULL, phase TEXT NOT NULL, step BIGINT NOT NULL, attempts BIGINT NOT NULL,
  outages BIGINT NOT NULL, blocked_on TEXT NOT NULL, holder TEXT NOT NULL, epoch BIGINT NOT NULL,
  clock_of TEXT NOT NULL, waits_until BIGINT NOT NULL, began_at BIGINT NOT NULL, ended_at BIGINT,
  deadline_at BIGINT, turned_back TEXT, problem TEXT, correlation_id TEXT NOT NULL,
  traceparent TEXT NOT NULL);
CREATE UNIQUE INDEX demo_sagas_busy ON demo_sagas (subject) WHERE status IN ('active', 'stuck');
CREATE TABLE demo_saga_steps (
  saga_id TEXT NOT NULL, position BIGINT NOT NULL, name TEXT NOT NULL, undo TEXT NOT NULL,
  kind TEXT NOT NULL, dependency TEXT NOT NULL, state TEXT NOT NULL, calls BIGINT NOT NULL,
  began_at BIGINT, ended_at BIGINT, problem TEXT, undo_calls BIGINT NOT NULL, undo_began_at BIGINT,
  undo_ended_at BIGINT, undo_problem TEXT, note TEXT, PRIMARY KEY (saga_id, position));
)";

/// Rounds come when the test says so.
class NoRounds final : public Scheduler {
 public:
  std::unique_ptr<Handle> every(std::chrono::milliseconds /*interval*/,
                                std::move_only_function<void()> /*task*/) override {
    return std::make_unique<Nothing>();
  }

 private:
  struct Nothing final : Handle {
    void wake() override {}
  };
};

class SagaWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    static const std::vector<migrations::Script> none;
    entries_.push_back(hosted<demo::Demo>(
        extracted<demo::Demo>({}), Linkage::Linked, {"demo_sagas", "demo_saga_steps"}, none,
        [](Ports&, sql::ModuleDatabase&, const Environment&) -> std::unique_ptr<demo::Demo> {
          return std::make_unique<NamedDemo>("one");
        }));
    assembly_.emplace(
        entries_, options_,
        [this](const ModuleEntry& row) { return database_.connect("demo", row.tables); },
        environment_, no_observer(), table_, Assembly::Services(), upstream::MakeTransport(),
        std::vector<Party>());
    open_log();
    watch_.emplace(*assembly_, environment_, *log_);
  }
  void TearDown() override { assembly_->finish(); }

  /// Behind its pivot: it cannot turn back.
  SagaRecord add(const std::string& subject, std::optional<Timestamp> deadline) {
    SagaRecord saga;
    saga.id = SagaId::make(clock_.now(), random_);
    saga.name = "place_order";
    saga.subject = subject;
    saga.began = clock_.now();
    saga.deadline = deadline;
    saga.correlation_id = "the-request";
    SagaStep sell;
    sell.name = "sell";
    sell.kind = StepKind::Pivot;
    sell.dependency = "warehouse";
    sell.state = StepState::Done;
    SagaStep capture = sell;
    capture.name = "capture";
    capture.kind = StepKind::Retriable;
    capture.dependency = "payments";
    capture.state = StepState::ToCome;
    saga.steps = {sell, capture};
    saga.step = 1;
    write([&](sql::Sagas& sagas) { EXPECT_TRUE(sagas.add(SagaInstance(saga))); });
    return saga;
  }
  template <class Change>
  void change(const SagaRecord& saga, Change make) {
    write([&](sql::Sagas& sagas) {
      SagaInstance instance = sagas.find(saga.id).value();
      make(instance);
      EXPECT_TRUE(sagas.save(instance, instance.data().epoch));
    });
  }
  void get_stuck(const SagaRecord& saga) {
    change(saga, [](SagaInstance& each) { each.stuck("given up after 60 attempts"); });
  }

  /// Looks, and answers with what the log says of it: "saga_stuck ord_1".
  std::vector<std::string> look() {
    watch_->look();
    log_.reset();  // then all of it is written
    std::vector<std::string> told;
    std::istringstream lines(whole_file(file_).value_or(""));
    for (std::string line; std::getline(lines, line);) {
      last_ = nlohmann::json::parse(line);
      const std::string message = last_.at("message");
      told.push_back(last_.at("event").get<std::string>() + ' ' +
                     message.substr(message.find("ord_"), 5));
    }
    std::filesystem::remove(file_);
    open_log();  // in the place of the one before, where the watch has it
    return told;
  }
  double figure(std::string_view name, const std::string& status = {}) {
    for (const telemetry::Sample& each : watch_->samples()) {
      if (each.metric.name != name) continue;
      if (status.empty() || each.labels.at(1) == status) return each.value;
    }
    return -1;
  }

  const Options options_;
  test::TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "log";
  ManualClock clock_;
  SeededRandom random_{7};
  NoRounds scheduler_;
  const Environment environment_{clock_, random_, scheduler_};
  test::TemporaryDatabase database_{std::vector<migrations::ModuleScripts>{
                                        {"demo", {migrations::Script{"0001_create.sql", kTables}}}},
                                    {.clock = &clock_}};
  FixedTable table_;
  std::vector<ModuleEntry> entries_;
  std::optional<Assembly> assembly_;
  std::optional<telemetry::Log> log_;
  std::optional<SagaWatch> watch_;
  nlohmann::json last_;  ///< line of the log

 private:
  void open_log() {
    log_.emplace(telemetry::Log::Options{
        .service = "test", .file = file_.string(), .least = telemetry::Level::Debug});
  }
  template <class Body>
  void write(Body body) {
    sql::ModuleDatabase database = *assembly_->find("demo")->database;
    const auto written = database.write(Context::begin(std::chrono::seconds(20), clock_, random_),
                                        [&](sql::Session& session) -> Result<void> {
                                          sql::Sagas sagas(session, "demo");
                                          body(sagas);
                                          return {};
                                        });
    ASSERT_TRUE(written) << written.error().message;
  }
};

TEST_F(SagaWatchTest, TellsOfAStuckSagaOnceAndAgainWhenItGetsStuckAgain) {
  const SagaRecord saga = add("ord_1", std::nullopt);
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_EQ(figure("banyan_sagas", "active"), 1);
  EXPECT_TRUE(watch_->finding().ok);

  get_stuck(saga);
  EXPECT_THAT(look(), ElementsAre("saga_stuck ord_1"));
  EXPECT_EQ(last_.at("level"), "error");
  EXPECT_EQ(last_.at("module"), "demo");
  EXPECT_EQ(last_.at("saga"), saga.id.str());
  EXPECT_EQ(last_.at("correlation_id"), "the-request");
  EXPECT_EQ(last_.at("message"),
            "place_order about ord_1 is stuck at payments.capture: given up after 60 attempts");
  EXPECT_THAT(last_.at("next").get<std::string>(), HasSubstr("banyan sagas " + saga.id.str()));
  EXPECT_EQ(figure("banyan_sagas", "active"), 0);
  EXPECT_EQ(figure("banyan_sagas", "stuck"), 1);
  EXPECT_FALSE(watch_->finding().ok);
  EXPECT_THAT(watch_->finding().message, HasSubstr("demo: 1 saga is stuck"));
  EXPECT_THAT(look(), IsEmpty()) << "it has been told";

  change(saga, [](SagaInstance& each) { EXPECT_TRUE(each.resume()); });
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_TRUE(watch_->finding().ok);
  get_stuck(saga);
  EXPECT_THAT(look(), ElementsAre("saga_stuck ord_1"));
}

TEST_F(SagaWatchTest, TellsOfOneThatIsNotOverPastItsDeadlineOnceUntilItIs) {
  const Timestamp deadline{clock_.now().micros + 1'000'000};
  const SagaRecord saga = add("ord_1", deadline);
  add("ord_2", std::nullopt);
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_EQ(figure("banyan_sagas_overdue"), 0);

  clock_.advance(std::chrono::seconds(1));
  EXPECT_THAT(look(), ElementsAre("saga_overdue ord_1"));
  EXPECT_EQ(last_.at("level"), "warning");
  EXPECT_EQ(last_.at("message"), "place_order about ord_1 was to be over by " +
                                     to_string(deadline) + " and is still at payments.capture");
  EXPECT_EQ(figure("banyan_sagas", "active"), 2);
  EXPECT_EQ(figure("banyan_sagas_overdue"), 1);
  EXPECT_THAT(watch_->finding().message, HasSubstr("1 saga is past the deadline"));
  EXPECT_THAT(look(), IsEmpty());

  const SagaPolicy policy;
  change(saga, [&](SagaInstance& each) {
    const SagaMoment now{clock_.now(), {}};
    each.take(*each.next(), {SagaOutcome::Done, "", "", now.time}, now, policy, 0);
  });
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_EQ(figure("banyan_sagas_overdue"), 0);
  EXPECT_TRUE(watch_->finding().ok);
}

TEST_F(SagaWatchTest, IsOfOneMindWithWhatOperatorsSee) {
  add("ord_1", clock_.now());  // on a clock of the past: it is overdue on every one
  EXPECT_THAT(look(), ElementsAre("saga_overdue ord_1"));
  const auto document = nlohmann::json::parse(SagaDesk(*assembly_, *log_).list());
  EXPECT_EQ(document.at("modules").at(0).at("sagas").at(0).at("overdue"), true) << document;
}

TEST_F(SagaWatchTest, SaysNothingOfSagasThatCannotBeRead) {
  add("ord_1", std::nullopt);
  look();
  EXPECT_EQ(figure("banyan_sagas", "active"), 1);
  sqlite::Connection::open(database_.file(), sqlite::OpenMode::Write).run("DROP TABLE demo_sagas");
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_EQ(figure("banyan_sagas", "active"), -1) << "unknown is not none";
  EXPECT_TRUE(watch_->finding().ok) << "that is the database's trouble";
}

}  // namespace
}  // namespace banyan::host
