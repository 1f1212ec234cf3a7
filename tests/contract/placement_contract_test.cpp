// SPDX-License-Identifier: Apache-2.0
#include "catalog/port.hpp"
#include "contract/matchers.hpp"
#include "contract/wire_worlds.hpp"
#include "contract/worlds.hpp"

namespace banyan::contract {
namespace {

/// The epoch of a routing decision arrives at the unit of work, whatever lies in between: it is
/// refused where the tables are at an older placement. Those of the sample have never moved.
class PlacementContract : public testing::TestWithParam<PortUnderTest<catalog::Catalog>> {
 protected:
  Result<catalog::TrackPage> list(const std::vector<RoutingDecision>& decisions) {
    Context context = any_context();
    context.routing = decisions;
    return world_->port().handle(catalog::ListTracks{}, context);
  }

 private:
  std::unique_ptr<PortWorld<catalog::Catalog>> world_ = GetParam().make();
};

TEST_P(PlacementContract, RefusesADecisionThatWasMadeAboutLaterFiles) {
  const auto refused = list({{"catalog", Side::Remote, 7, 1}});
  ASSERT_THAT(refused, BreaksRule("banyan.placement_outdated"));
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
}

TEST_P(PlacementContract, FollowsADecisionThatKnowsNoEpoch) {
  EXPECT_THAT(list({{"catalog", Side::Remote, 7}}), Succeeds());
  EXPECT_THAT(list({}), Succeeds());
}

TEST_P(PlacementContract, LeavesOthersDecisionsToOthers) {
  EXPECT_THAT(list({{"catalog", Side::Remote, 7}, {"orders", Side::Local, 7, 9}}), Succeeds());
}

INSTANTIATE_TEST_SUITE_P(Bindings, PlacementContract,
                         testing::Values(in_process("in_process", catalog_on_sql()),
                                         rehearsed(catalog_on_sql()), over_http(catalog_on_sql()),
                                         in_own_process<catalog::Catalog>({{"catalog", {}}})),
                         print_name);

}  // namespace
}  // namespace banyan::contract
