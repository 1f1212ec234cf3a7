// SPDX-License-Identifier: Apache-2.0
// What the parties send is read as XML, and anybody can send something else to where they push.
#include <gmock/gmock.h>

#include <string>

#include "contract/matchers.hpp"
#include "outside/card_documents.hpp"
#include "outside/parcel_documents.hpp"
#include "outside/small_xml.hpp"

namespace recordshop {
namespace {

/// More than the stack has room for, level by level.
constexpr int kAbyss = 200'000;

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}
std::string nested(int levels) { return repeated("<a>", levels) + repeated("</a>", levels); }

const std::string kOurs = "0190163d8694739b88a0d8ee0ab2a4f7-O";
std::string push(const std::string& inside) {
  return R"(<TrackNotify xmlns="urn:overland:push:1" ref=")" + kOurs + "\">" + inside +
         "</TrackNotify>";
}
std::string notification(const std::string& inside) {
  return "<Notification><MerchantRef>ord_0190163d8694739b88a0d8ee0ab2a4f7</MerchantRef>"
         "<Event>AUTH_OK</Event>" +
         inside + "</Notification>";
}

TEST(ForeignXml, IsReadAsDeepAsAnyPartyWrites) {
  EXPECT_TRUE(read_xml(nested(kDeepestElement)));
  EXPECT_FALSE(read_xml(nested(kDeepestElement + 1)));
  EXPECT_TRUE(read_xml("<a>" + repeated("<b/>", kAbyss) + "</a>")) << "beside each other";
}

TEST(ForeignXml, EndsNoProcessHoweverDeepItIs) {
  EXPECT_FALSE(read_xml(nested(kAbyss)));
  EXPECT_FALSE(read_xml(repeated("<a>", kAbyss))) << "broken off: what was read is taken down, too";
  EXPECT_FALSE(parcels::read_push(push(nested(kAbyss))));
  EXPECT_FALSE(parcels::read_push(repeated("<a>", kAbyss)));
  EXPECT_FALSE(card::read_notification(notification(nested(kAbyss))));
  EXPECT_THAT(card::read("<PayResponse>" + nested(kAbyss) + "</PayResponse>"),
              BreaksRule("payments.provider_unavailable"));
  EXPECT_THAT(parcels::read_lodged(nested(kAbyss)), BreaksRule("carrier.unreachable"));
}

TEST(ForeignXml, HasNoDocumentTypeInWhateverEncoding) {
  const std::string text = R"(<!DOCTYPE a [<!ENTITY e "grows">]><a>&e;</a>)";
  std::string wide = "\xFF\xFE";  // UTF-16, in which no text search finds the type
  for (const char each : text) (wide += each) += '\0';
  EXPECT_FALSE(read_xml(text));
  EXPECT_FALSE(read_xml(wide));
  EXPECT_FALSE(read_xml("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"));
}

TEST(ForeignXml, IsNoPushWhenItIsLong) {
  EXPECT_TRUE(parcels::read_push(push("")));
  EXPECT_TRUE(card::read_notification(notification("")));
  const std::string much(kLongestPush, 'x');
  EXPECT_FALSE(parcels::read_push(push(much)));
  EXPECT_FALSE(card::read_notification(notification("<Note>" + much + "</Note>")));
}

}  // namespace
}  // namespace recordshop
