// SPDX-License-Identifier: Apache-2.0
#include "database_setup.hpp"

#include <gmock/gmock.h>

namespace banyan::host {
namespace {

using testing::HasSubstr;

Error refusal_to_take_over(const std::string& database) {
  Options options;
  options.database = {sql::Engine::Postgres, {}, database};
  const auto may = may_set_up_beside_another({.name = "shop"}, {}, options);
  return may ? Error{} : may.error();
}

TEST(TakeOver, Is_tried_again_when_the_database_is_away) {
  const Error refused = refusal_to_take_over("postgresql://ann@/shop?host=/nowhere");
  EXPECT_EQ(refused.code, ErrorCode::Unavailable);
  EXPECT_EQ(refused.rule, "banyan.takeover_refused");
  EXPECT_THAT(refused.message, HasSubstr("cannot take over now"));
  EXPECT_THAT(refused.message, HasSubstr("Is the server running"));
}

TEST(TakeOver, Is_refused_for_good_when_the_databases_address_is_mistyped) {
  const Error refused = refusal_to_take_over("postgresql://ann@/shop?hots=/nowhere");
  EXPECT_EQ(refused.code, ErrorCode::FailedPrecondition);
  EXPECT_THAT(refused.message, HasSubstr("\"hots\""));
}

}  // namespace
}  // namespace banyan::host
