// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

/// EXPECT_THAT(answer, BreaksRule("orders.out_of_stock"));
MATCHER_P(BreaksRule, rule, "breaks the rule " + std::string(rule)) {
  if (arg) {
    *result_listener << "succeeded";
    return false;
  }
  *result_listener << "broke " << arg.error().rule << ": " << arg.error().message;
  return arg.error().rule == rule;
}

/// ASSERT_THAT(answer, Succeeds());
MATCHER(Succeeds, "succeeds") {
  if (arg) return true;
  *result_listener << "broke " << arg.error().rule << ": " << arg.error().message;
  return false;
}
