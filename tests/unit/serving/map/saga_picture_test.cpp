// SPDX-License-Identifier: Apache-2.0
#include "banyan/map/saga_picture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banyan::map {
namespace {

using testing::HasSubstr;
using testing::Not;

SagaStep step(std::string name, std::string undo, StepKind kind, std::string module) {
  SagaStep made;
  made.name = std::move(name);
  made.undo = std::move(undo);
  made.kind = kind;
  made.dependency = std::move(module);
  return made;
}

/// Stock is held, the money is being asked for, and the rest is to come.
SagaRecord under_way() {
  SagaRecord saga;
  saga.name = "place_order";
  saga.subject = "ord_<1>";
  saga.steps = {step("reserve_stock", "release_reservation", StepKind::Compensable, "warehouse"),
                step("authorise", "void", StepKind::Compensable, "payments"),
                step("confirm_reservation", "", StepKind::Pivot, "warehouse"),
                step("capture", "", StepKind::Retriable, "payments")};
  saga.steps[0].state = StepState::Done;
  saga.steps[0].doing = {1, Timestamp{1'000'000}, Timestamp{1'012'000}, {}};
  saga.step = 1;
  return saga;
}

TEST(SagaPicture, ShowsWhatIsDoneWhereItIsAndWhatIsToCome) {
  const std::string svg = saga_svg("orders", under_way());
  EXPECT_THAT(svg, HasSubstr("orders.place_order about ord_&lt;1&gt;"));
  EXPECT_THAT(svg, HasSubstr("warehouse reserve_stock: done. payments authorise: under way. "
                             "warehouse confirm_reservation: to come. payments capture: to come."));
  EXPECT_THAT(svg, HasSubstr("1 call, 12 ms"));
  EXPECT_THAT(svg, HasSubstr("no way back from here on"));
  EXPECT_THAT(svg, HasSubstr("prefers-color-scheme:dark"));
  EXPECT_EQ(svg, saga_svg("orders", under_way())) << "the same record, the same bytes";
}

TEST(SagaPicture, ShowsWhomItWaitsForAndWhereItIsStuck) {
  SagaRecord waiting = under_way();
  waiting.blocked_on = "payments";
  EXPECT_THAT(saga_svg("orders", waiting), HasSubstr("… waits for payments"));
  SagaRecord stuck = under_way();
  stuck.status = SagaStatus::Stuck;
  EXPECT_THAT(saga_svg("orders", stuck), HasSubstr("! stuck here"));
}

TEST(SagaPicture, ShowsTheWayBackAndWhatWasNeverAskedFor) {
  SagaRecord back = under_way();
  back.phase = SagaPhase::Back;
  back.step = 0;
  back.steps[1].state = StepState::Refused;
  const std::string svg = saga_svg("orders", back);
  EXPECT_THAT(svg, HasSubstr("✗ refused"));
  EXPECT_THAT(svg, HasSubstr("… being undone"));
  EXPECT_THAT(svg, HasSubstr("– never asked for"));
  EXPECT_THAT(svg, HasSubstr("<title>the way back</title>"));
  EXPECT_THAT(saga_svg("orders", under_way()), Not(HasSubstr("<title>the way back</title>")));
}

TEST(SagaPicture, BringsNoStylesIntoAPageThatHasThem) {
  EXPECT_THAT(saga_svg("orders", under_way(), Colours::OfThePage), Not(HasSubstr("<style>")));
}

}  // namespace
}  // namespace banyan::map
