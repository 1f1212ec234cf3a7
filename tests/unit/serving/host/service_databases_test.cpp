// SPDX-License-Identifier: Apache-2.0
// A service that works on another database than the application is found out, before it gets
// traffic and after.
#include "service_databases.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "asking_demo.hpp"
#include "banyan/kernel/whole_file.hpp"
#include "database_report.hpp"
#include "shared_keys.hpp"

namespace banyan::host {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Keys = std::optional<security::WebhookKeys>;

class TheDatabaseOfAService : public testing::Test {
 protected:
  static Options with(const http::Endpoint& service) {
    Options options;
    options.at["demo"] = service;
    return options;
  }
  /// A service that says where its tables are, and the application in front of it.
  void begin(const Keys& keys = {}) {
    service_.own_endpoints =
        database_endpoints(service_.assembly(), service_.database(), keys, environment_);
    service_.serve();
    shop_ = std::make_unique<DemoProcess>("here", Linkage::Routed, with(service_.endpoint()));
  }
  /// As an application would ask that has its tables `here`.
  std::unique_ptr<ServiceDatabases> asks(const sql::Database& here, const Keys& keys = {}) {
    return std::make_unique<ServiceDatabases>(shop_->assembly(), here, keys, environment_, *log_);
  }
  std::string logged() {
    log_.reset();  // then all of it is written
    return whole_file(file_).value_or("");
  }

  const test::TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "log.json";
  std::optional<telemetry::Log> log_{
      std::in_place,
      telemetry::Log::Options{
          .service = "test", .file = file_.string(), .least = telemetry::Level::Info}};
  const std::unique_ptr<Scheduler> scheduler_ = make_thread_scheduler();
  const Environment environment_{system_clock(), system_random(), *scheduler_};
  ServedDemo service_{"there", Linkage::Linked, internal()};
  std::unique_ptr<DemoProcess> shop_;
};

TEST_F(TheDatabaseOfAService, IsAnotherOneThanTheApplicationsAndBothAreNamed) {
  begin();
  const auto databases = asks(shop_->database());
  EXPECT_EQ(databases->found_apart("demo"), std::nullopt) << "nobody has looked";
  const std::string why = databases->why_apart("demo").value_or("");
  const std::string here = shop_->database().source().file.string();
  EXPECT_THAT(why, AllOf(HasSubstr(service_.database().source().file.string()), HasSubstr(here),
                         HasSubstr("--database " + here)));
  EXPECT_FALSE(databases->finding("demo").ok);
  EXPECT_THAT(databases->finding("demo").message, HasSubstr("banyan back demo"));
  EXPECT_THAT(logged(), HasSubstr("service_on_another_database"));
}

TEST_F(TheDatabaseOfAService, IsTheApplicationsWhereItIsTheSameFile) {
  begin();
  const auto databases = asks(service_.database());
  databases->round();
  EXPECT_EQ(databases->why_apart("demo"), std::nullopt);
  EXPECT_TRUE(databases->finding("demo").ok);
  EXPECT_EQ(logged(), "");
}

TEST_F(TheDatabaseOfAService, IsFoundByTheRoundsToo) {
  begin();
  const auto databases = asks(shop_->database());
  databases->round();
  EXPECT_FALSE(databases->finding("demo").ok);
}

TEST_F(TheDatabaseOfAService, IsUnknownToAVersionBeforeAndThatIsNoReasonAgainstIt) {
  service_.serve();  // which has no such page
  shop_ = std::make_unique<DemoProcess>("here", Linkage::Routed, with(service_.endpoint()));
  const auto databases = asks(shop_->database());
  EXPECT_EQ(databases->why_apart("demo"), std::nullopt);
  EXPECT_TRUE(databases->finding("demo").ok);
}

TEST_F(TheDatabaseOfAService, IsUnknownWhereNobodyAnswers) {
  shop_ = std::make_unique<DemoProcess>("here", Linkage::Routed, with({"127.0.0.1", 1}));
  const auto databases = asks(shop_->database());
  EXPECT_EQ(databases->why_apart("demo"), std::nullopt);
}

TEST_F(TheDatabaseOfAService, IsNotAskedForOfAModuleThatHasLeft) {
  begin();
  const DemoProcess extracted("nowhere", Linkage::Extracted, with(service_.endpoint()));
  ServiceDatabases databases(extracted.assembly(), shop_->database(), {}, environment_, *log_);
  databases.round();
  EXPECT_EQ(databases.why_apart("demo"), std::nullopt);
}

TEST_F(TheDatabaseOfAService, IsToldToAndTakenFromThoseWhoHaveTheKey) {
  begin(shared_keys());
  EXPECT_TRUE(asks(shop_->database(), shared_keys())->why_apart("demo"));
  EXPECT_EQ(asks(shop_->database(), strange_keys())->why_apart("demo"), std::nullopt);
  const http::Request unsigned_question = database_question("demo", {}, environment_);
  EXPECT_EQ(get(service_, unsigned_question.head.target).head.status, 401U);
}

}  // namespace
}  // namespace banyan::host
