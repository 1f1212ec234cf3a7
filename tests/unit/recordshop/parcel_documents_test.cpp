// SPDX-License-Identifier: Apache-2.0
// What the carrier says, in the shop's words.
#include "outside/parcel_documents.hpp"

#include <gmock/gmock.h>

#include "contract/matchers.hpp"

namespace recordshop::parcels {
namespace {

using shipping::Leg;
using shipping::Sighting;
using testing::HasSubstr;

std::string envelope(const std::string& body) {
  return R"(<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>)" + body +
         "</s:Body></s:Envelope>";
}
std::string fault(const std::string& text) {
  return envelope("<s:Fault><faultstring>" + text + "</faultstring></s:Fault>");
}
/// It was collected, and then this.
std::string trace(const std::string& prose) {
  return envelope(R"(<c:TraceResponse xmlns:c="urn:overland:cargoconnect:2.1" found="Y">)"
                  "<c:CN>004170000123</c:CN>"
                  R"(<c:Scan st="20" when="29/11/26 14:05:07">UPLIFTED BY DRIVER 17</c:Scan>)"
                  R"(<c:Scan st="40" when="30/11/26 09:00:00">)" +
                  prose + "</c:Scan></c:TraceResponse>");
}

TEST(ParcelThatCameBack, IsNotDeliveredButAProblemForAPerson) {
  const auto traced = read_trace(trace("RETURNED TO CONSIGNOR, NOBODY IN"), Leg::Outbound);
  ASSERT_THAT(traced, Succeeds());
  ASSERT_TRUE(*traced);
  ASSERT_EQ((*traced)->events.size(), 2U);
  for (const shipping::TrackingEvent& event : (*traced)->events) {
    EXPECT_NE(event.sighting, Sighting::Delivered);
  }
  EXPECT_THAT((*traced)->problem.value_or(""), HasSubstr("NOBODY IN"));
  EXPECT_THAT((*traced)->problem.value_or(""), HasSubstr("return the order"));
  EXPECT_EQ((*traced)->brought_back_at, (*traced)->events.back().at);
}

TEST(ParcelThatCameBack, IsNoProblemAnyMoreOnceItIsOutAgain) {
  const std::string twice =
      "RETURNED TO CONSIGNOR, NOBODY IN</c:Scan>"
      R"(<c:Scan st="41" when="02/12/26 10:00:00">HANDED OVER TO NEIGHBOUR/LETTERBOX)";
  const auto traced = read_trace(trace(twice), Leg::Outbound);
  ASSERT_THAT(traced, Succeeds());
  EXPECT_EQ((*traced)->events.back().sighting, Sighting::Delivered);
  EXPECT_EQ((*traced)->problem, std::nullopt);
  EXPECT_EQ((*traced)->brought_back_at, std::nullopt);
}

TEST(ParcelThatCameBack, IsNotForgottenForAScanThatDoesNotSayWhereItIs) {
  for (const char* prose : {"CONSIGNOR INVOICED", "DELAYED, QUERY RAISED", "CONSIGNMENT LODGED"}) {
    const std::string then =
        R"(RETURNED TO CONSIGNOR</c:Scan><c:Scan st="44" when="30/11/26 09:05:00">)" +
        std::string(prose);
    const auto traced = read_trace(trace(then), Leg::Outbound);
    ASSERT_THAT(traced, Succeeds());
    const std::string problem = (*traced)->problem.value_or("");
    EXPECT_THAT(problem, testing::StartsWith("carrier.brought_back: "));
    EXPECT_THAT(problem, HasSubstr(prose));
    EXPECT_THAT(problem, testing::Not(HasSubstr("money"))) << "it may be out again";
    EXPECT_EQ((*traced)->brought_back_at, std::nullopt) << prose;
  }
}

TEST(ParcelThatCameBack, WasNotDeliveredBefore) {
  const std::string twice =
      "HANDED OVER TO NEIGHBOUR/LETTERBOX</c:Scan>"
      R"(<c:Scan st="40" when="02/12/26 10:00:00">RETURNED TO CONSIGNOR, WRONG HOUSE)";
  const auto traced = read_trace(trace(twice), Leg::Outbound);
  ASSERT_THAT(traced, Succeeds());
  for (const shipping::TrackingEvent& event : (*traced)->events) {
    EXPECT_NE(event.sighting, Sighting::Delivered) << event.note;
  }
  EXPECT_EQ((*traced)->brought_back_at, (*traced)->events.back().at);
}

TEST(ParcelThatCameBack, IsAtTheEndOfItsWayWhenTheCustomerSentIt) {
  const auto traced = read_trace(trace("RETURNED TO CONSIGNOR"), Leg::Return);
  ASSERT_THAT(traced, Succeeds());
  EXPECT_EQ((*traced)->events.back().sighting, Sighting::Delivered);
  EXPECT_EQ((*traced)->problem, std::nullopt);
}

// One document that it cannot read keeps nobody else waiting; an account that it does not know
// does.
TEST(CarriersFaults, AreOfOneDocumentOrOfAllOfThem) {
  for (const char* text : {"E0001 MALFORMED REQUEST", "E0012 REF LENGTH", "E0417 NO SERVICE"}) {
    const auto refused = read_lodged(fault(text));
    ASSERT_THAT(refused, BreaksRule("carrier.refused")) << text;
    EXPECT_EQ(refused.error().code, banyan::ErrorCode::InvalidArgument);
  }
  EXPECT_THAT(read_lodged(fault("E0099 CUSTOMER NO OR PIN NOT VALID")),
              BreaksRule("carrier.misunderstood"));
  EXPECT_THAT(read_lodged(fault("E0900 SYSTEM BUSY, TRY LATER")),
              BreaksRule("carrier.unreachable"));
}

}  // namespace
}  // namespace recordshop::parcels
