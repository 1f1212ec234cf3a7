// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/port.hpp"

#include <gtest/gtest.h>

#include "banyan/kernel/resources.hpp"
#include "support/demo_port.hpp"

namespace banyan {
namespace {

TEST(Port, ListsItsOperationsInOrder) {
  std::string names;
  for_each_operation(demo::Demo::OperationList{},
                     [&]<class Op>() { names += std::string(Op::operation.name) + ' '; });
  EXPECT_EQ(names, "echo store ");
}

TEST(Operation, MayBeRepeatedOnlyWhereItSaysSo) {
  EXPECT_TRUE(safe_to_repeat(demo::Echo::operation, false));
  EXPECT_FALSE(safe_to_repeat(demo::Store::operation, false));
  EXPECT_TRUE(safe_to_repeat(demo::Store::operation, true));
}

TEST(Resources, AreFoundByOperation) {
  constexpr auto demo_resources =
      resources<demo::Demo>(at<demo::Store>("POST /texts"), at<demo::Echo>("GET /texts/{text}"));
  EXPECT_EQ(demo_resources.of<demo::Echo>().method, "GET");
  EXPECT_EQ(demo_resources.of<demo::Echo>().path, "/texts/{text}");
  EXPECT_EQ(demo_resources.of<demo::Store>().method, "POST");
}

}  // namespace
}  // namespace banyan
