// SPDX-License-Identifier: Apache-2.0
#include "banyan/comparison/credential_fields.hpp"

#include <gtest/gtest.h>

namespace banyan::strangler {
namespace {

TEST(CredentialFields, AreThoseThatAreSoEverywhereAndThoseThatAreNamed) {
  const CredentialFields fields({"x-session"});
  for (const char* const name : {"Cookie", "authorization", "X-API-KEY", "X-Session"}) {
    EXPECT_TRUE(fields.contain(name)) << name;
  }
  EXPECT_FALSE(fields.contain("X-Page"));
  EXPECT_FALSE(fields.contain("X-Sessions"));
  EXPECT_FALSE(CredentialFields().contain("X-Session"));
}

TEST(CredentialFields, AreTheSameWithUnderscores) {
  const CredentialFields fields({"X-Session", "x_ticket"});
  http::Fields asked{{"X_Api_Key", "4711"}, {"x_csrf-token", "1"}, {"X_SESSION", "ada"},
                     {"X-Ticket", "7"},     {"X_Page", "2"},       {"Accept", "text/html"}};
  for (const char* const name : {"X_Api_Key", "x_csrf-token", "X_SESSION", "X-Ticket"}) {
    EXPECT_TRUE(fields.contain(name)) << name << ": what CGI makes of it is one";
  }
  fields.remove_from(asked);
  const http::Fields left{{"X_Page", "2"}, {"Accept", "text/html"}};
  EXPECT_TRUE(asked == left);
}

}  // namespace
}  // namespace banyan::strangler
