// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/operation_table.hpp"

#include <gtest/gtest.h>

#include "banyan/binding/problem.hpp"
#include "demo_port.hpp"

namespace {

using banyan::binding::OperationTable;
using banyan::binding::PortBinding;
using banyan::binding::Trust;

class ServedTo : public testing::Test {
 protected:
  OperationTable table(Trust trust) {
    return OperationTable(served_to(
        trust,
        PortBinding<demo::Demo>::bind(module_, banyan::no_observer(), banyan::system_clock())));
  }
  demo::DemoModule module_;
  const std::string polish_ = "/things/" + demo::thing_id(1).str() + "/polish";
};

TEST_F(ServedTo, TheEdgeKnowsNothingOfWhatIsInternal) {
  const OperationTable edge = table(Trust::Edge);

  const auto refused = edge.match("PUT", polish_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(banyan::binding::error_from(refused.error()).rule, "banyan.no_such_resource");
  EXPECT_EQ(edge.match("GET", polish_).error().head.status, 404U) << "not 405: nothing is there";
  EXPECT_TRUE(edge.match("GET", "/things"));
}

TEST_F(ServedTo, OtherModulesAreServedAll) {
  EXPECT_TRUE(table(Trust::Internal).match("PUT", polish_));
}

}  // namespace
