// SPDX-License-Identifier: Apache-2.0
// One database that is away stops nothing that needs another.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "banyan/sqlite/connection.hpp"
#include "demo_host.hpp"
#include "event_traffic.hpp"
#include "read_models.hpp"
#include "saga_desk.hpp"

namespace banyan::host {
namespace {

using testing::HasSubstr;

/// A module that keeps a copy of what others own, and counts what it is told of that.
class CopyingDemo final : public NamedDemo, public ReadModel {
 public:
  using NamedDemo::NamedDemo;
  std::atomic<bool> away = false;
  std::atomic<int> told = 0;

  ReadModelReport read_model(const Context& /*context*/) override {
    check();
    return {};
  }
  Result<std::int64_t> rebuild_read_model(const Asked& /*asked*/,
                                          const Context& /*context*/) override {
    return 1;
  }
  Result<void> read_model_complete(const std::string& /*source*/, Timestamp /*until*/,
                                   const Context& /*context*/) override {
    check();
    ++told;
    return {};
  }

 private:
  void check() const {
    if (away)
      throw OperationalFault({ErrorCode::Unavailable, "test.away", "it is away", {}}, "it is away");
  }
};

constexpr PortInfo kAway{.name = "away", .version = {1, 0}, .summary = ""};

/// Two modules, each on a database of its own, which follow each other and themselves. The first
/// one's database is lost while all runs.
class Containment : public testing::Test {
 protected:
  ModuleEntry entry(CopyingDemo*& made, const std::vector<std::string>& tables) {
    static const std::vector<migrations::Script> none;
    ModuleEntry entry = hosted<demo::Demo>(
        extracted<demo::Demo>({}), Linkage::Linked, tables, none,
        [&made](Ports&, sql::ModuleDatabase&, const Environment&) -> std::unique_ptr<demo::Demo> {
          auto module = std::make_unique<CopyingDemo>("one");
          made = module.get();
          return module;
        });
    entry.subscribes = {"away.happened", "demo.happened"};
    return entry;
  }

  void SetUp() override {
    entries_ = {entry(away_, {"away_sagas"}), entry(demo_, {})};
    entries_.front().port = &kAway;
    const auto connect = [this](const ModuleEntry& row) {
      const bool is_away = row.port->name == kAway.name;
      return (is_away ? away_database_ : database_)
          .connect(std::string(row.port->name), row.tables);
    };
    assembly_.emplace(entries_, options_, connect, environment_, no_observer(), table_,
                      Assembly::Services(), upstream::MakeTransport(), std::vector<Party>());
    traffic_.emplace("test", *assembly_, connect, environment_, telemetry_.log, std::nullopt);
    traffic_->start();
  }
  void TearDown() override {
    traffic_->stop();
    assembly_->finish();
  }
  void lose_first_database() {
    away_->away = true;
    sqlite::Connection::open(away_database_.file(), sqlite::OpenMode::Write)
        .run("DROP TABLE banyan_lane");
  }

  const Options options_;
  test::TemporaryDatabase away_database_{{{"away", {}}}};
  test::TemporaryDatabase database_{{{"demo", {}}}};
  std::unique_ptr<Scheduler> scheduler_ = make_thread_scheduler();
  const Environment environment_{system_clock(), system_random(), *scheduler_};
  serving::Telemetry telemetry_{
      {.service = "test", .file = "/dev/null", .least = telemetry::Level::Debug}};
  FixedTable table_;
  CopyingDemo* away_ = nullptr;
  CopyingDemo* demo_ = nullptr;
  std::vector<ModuleEntry> entries_;
  std::optional<Assembly> assembly_;
  std::optional<EventTraffic> traffic_;
};

TEST_F(Containment, ALogThatCannotBeReadKeepsNoOtherFromSayingHowFarItIs) {
  EXPECT_EQ(traffic_->complete().size(), 4U);
  lose_first_database();
  const auto complete = traffic_->complete();
  ASSERT_EQ(complete.size(), 2U);
  for (const auto& each : complete) EXPECT_EQ(each.source, "demo");
}

TEST_F(Containment, AReadModelThatCannotBeReachedKeepsNoOtherFromHearingHowFarItIs) {
  lose_first_database();
  ReadModels models(*assembly_, *traffic_, environment_, telemetry_.log);
  while (demo_->told == 0) std::this_thread::yield();
  EXPECT_EQ(away_->told, 0);
  models.stop();
}

TEST_F(Containment, EventsThatCannotBeReadSayWhyAndHideNoOthers) {
  lose_first_database();
  const auto document = nlohmann::json::parse(traffic_->json());
  ASSERT_EQ(document.at("modules").size(), 2U) << document;
  const auto& [away, demo] = std::pair(document["modules"][0], document["modules"][1]);
  EXPECT_EQ(away.value("module", ""), "away");
  EXPECT_THAT(away.value("problem", ""), HasSubstr("banyan_lane"));
  EXPECT_FALSE(demo.contains("problem")) << demo;
  EXPECT_EQ(demo.at("lanes").size(), 2U) << demo;
}

TEST_F(Containment, AReadModelThatCannotBeReadSaysWhyAndHidesNoOther) {
  lose_first_database();
  ReadModels models(*assembly_, *traffic_, environment_, telemetry_.log);
  models.stop();
  const auto document = nlohmann::json::parse(models.json());
  ASSERT_EQ(document.at("models").size(), 2U) << document;
  EXPECT_EQ(document["models"][0].value("module", ""), "away");
  EXPECT_THAT(document["models"][0].value("problem", ""), HasSubstr("it is away"));
  EXPECT_FALSE(document["models"][1].contains("problem")) << document;
  EXPECT_TRUE(document["models"][1].contains("model")) << document;
}

TEST_F(Containment, SagasThatCannotBeReadAreSaidToBeUnknownAndNeverToBeNowhere) {
  const SagaDesk desk(*assembly_, telemetry_.log);
  const auto document = nlohmann::json::parse(desk.list());
  ASSERT_EQ(document.at("modules").size(), 1U);
  EXPECT_EQ(document["modules"][0].value("module", ""), "away");
  EXPECT_NE(document["modules"][0].value("problem", ""), "") << document;
  strangler::AdminRequest request;
  request.method = "GET";
  request.path = "/sag_00000000000070008000000000000001";
  const strangler::AdminAnswer answer = desk.answer(request);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().error.message, HasSubstr("nothing is known of the sagas of away"));
}

}  // namespace
}  // namespace banyan::host
