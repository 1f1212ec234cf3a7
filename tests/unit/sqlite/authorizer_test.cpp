// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/authorizer.hpp"

#include <gmock/gmock.h>

#include <stdexcept>
#include <vector>

namespace banyan::sqlite {
namespace {

using ::testing::Contains;

struct Seen {
  Action action;
  std::string first;
  std::string via;
  friend bool operator==(const Seen&, const Seen&) = default;
};

class AuthorizerTest : public ::testing::Test {
 protected:
  AuthorizerTest() {
    connection_.run(
        "CREATE TABLE t(a); CREATE TABLE log(a);"
        "CREATE VIEW seen AS SELECT a FROM log;"
        "CREATE TRIGGER note AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END");
  }

  std::vector<Seen> seen_in(std::string_view sql) {
    std::vector<Seen> seen;
    const Authorizer authorizer(connection_, [&](const AccessRequest& request) {
      seen.push_back({request.action, std::string(request.first), std::string(request.via)});
      return Verdict::Allow;
    });
    connection_.query(sql);
    return seen;
  }

  Connection connection_ = Connection::in_memory();
};

TEST_F(AuthorizerTest, SeesThroughTriggersAndViews) {
  EXPECT_THAT(seen_in("INSERT INTO t VALUES (1)"), Contains(Seen{Action::Insert, "log", "note"}));
  EXPECT_THAT(seen_in("SELECT * FROM seen"), Contains(Seen{Action::Read, "log", "seen"}));
}

TEST_F(AuthorizerTest, Denies) {
  const Authorizer authorizer(connection_, [](const AccessRequest& request) {
    return request.first == "log" ? Verdict::Deny : Verdict::Allow;
  });
  EXPECT_THROW(connection_.query("SELECT a FROM log"), Fault);
  connection_.query("SELECT a FROM t");
}

TEST_F(AuthorizerTest, AnExceptionDenies) {
  const Authorizer authorizer(connection_, [](const AccessRequest&) -> Verdict {
    throw std::runtime_error("out of order");
  });
  EXPECT_THROW(connection_.query("SELECT 1"), Fault);
}

TEST_F(AuthorizerTest, IsAskedNoMoreWhenItIsGone) {
  {
    const Authorizer authorizer(connection_, [](const auto&) { return Verdict::Deny; });
  }
  connection_.query("SELECT 1");
}

}  // namespace
}  // namespace banyan::sqlite
