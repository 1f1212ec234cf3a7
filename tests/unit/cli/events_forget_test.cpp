// SPDX-License-Identifier: Apache-2.0
// On a server, where a module that is connected gets a schema and a role.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "banyan/postgres/connection.hpp"
#include "banyan/postgres/module_schemas.hpp"
#include "banyan_process.hpp"
#include "support/postgres_server.hpp"

namespace banyan::test {
namespace {

using testing::HasSubstr;

constexpr const char* kApplication = "forgetful";

class EventsForgetOnAServer : public testing::Test {
 protected:
  void SetUp() override {
    postgres::make_schemas(connection_, kApplication, {"payments", "shipping"});
    for (const char* const follower : {"shipping", "shiping"}) {
      connection_.run("INSERT INTO payments.banyan_lane VALUES ('payments', '" +
                      std::string(follower) + "', 0, 3, 1, '', '', 0)");
    }
    connection_.run(
        "INSERT INTO shipping.banyan_inbox VALUES ('shipping', 'payments', 'ord_1', 3)");
  }

  Outcome forget(const std::string& follower, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"events",        "forget",       "payments", follower,
                                      "--application", kApplication,   "--why",    "test",
                                      "--database",    database_.url()};
    words.insert(words.end(), more.begin(), more.end());
    return run_banyan(words);
  }
  std::string lanes() {
    return connection_.text(
        "SELECT coalesce(string_agg(lane, ' ' ORDER BY lane), '') FROM payments.banyan_lane");
  }
  static bool is_there(postgres::Connection& database, const std::string& module) {
    return !database.rows("SELECT 1 FROM pg_namespace WHERE nspname = $1", {module}).empty() ||
           !database
                .rows("SELECT 1 FROM pg_roles WHERE rolname = $1",
                      {postgres::role_of(kApplication, module)})
                .empty();
  }

  PostgresDatabase database_ = PostgresServer::shared().make_database();
  postgres::Connection connection_ = postgres::Connection::open(database_.url());
};

TEST_F(EventsForgetOnAServer, RemovesTheLaneAndHowFarItsFollowerGot) {
  const Outcome done = forget("shipping");
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("of 1 key it"));
  EXPECT_EQ(lanes(), "shiping");
  EXPECT_EQ(connection_.text("SELECT count(*) FROM shipping.banyan_inbox"), "0");
}

// Found by review: it got a schema, a role and the kit's tables.
TEST_F(EventsForgetOnAServer, MakesNothingForAFollowerThatIsNotThere) {
  const Outcome done = forget("shiping");
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("--follower-database"));
  EXPECT_EQ(lanes(), "shipping");
  EXPECT_FALSE(is_there(connection_, "shiping"));
  EXPECT_NE(forget("shiping").exit_code, 0) << "nothing of the kind is there";
}

TEST_F(EventsForgetOnAServer, ForgetsNothingWhenTheFollowerIsNotWhereItIsSaidToBe) {
  const PostgresDatabase other = PostgresServer::shared().make_database();
  const Outcome refused = forget("shipping", {"--follower-database", other.url()});
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_THAT(refused.err, HasSubstr("'shipping'"));
  EXPECT_EQ(lanes(), "shiping shipping");
  auto there = postgres::Connection::open(other.url());
  EXPECT_TRUE(postgres::modules_in(there).empty());
}

// Found by an operator: the code was that of a refusal, and nobody said which words are missing.
TEST_F(EventsForgetOnAServer, IsToldWhichWordsAreMissing) {
  const Outcome both = run_banyan({"events", "list", "--database", database_.url()});
  EXPECT_EQ(both.exit_code, 64);
  EXPECT_THAT(both.err, HasSubstr("give MODULE and --application NAME"));
  const Outcome one = run_banyan({"events", "list", "payments", "--database", database_.url()});
  EXPECT_EQ(one.exit_code, 64);
  EXPECT_THAT(one.err, HasSubstr("give --application NAME"));
}

TEST_F(EventsForgetOnAServer, MakesNothingForAModuleThatIsNotThere) {
  const Outcome refused = run_banyan(
      {"events", "list", "paymnts", "--application", kApplication, "--database", database_.url()});
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_THAT(refused.err, HasSubstr("paymnts"));
  EXPECT_THAT(refused.err, HasSubstr("its application with --application"));
  EXPECT_FALSE(is_there(connection_, "paymnts"));
}

}  // namespace
}  // namespace banyan::test
