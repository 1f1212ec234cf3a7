// SPDX-License-Identifier: Apache-2.0
#include <Poco/AutoPtr.h>
#include <Poco/DOM/DOMParser.h>
#include <Poco/DOM/Document.h>
#include <Poco/DOM/Element.h>
#include <Poco/DOM/NodeList.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "banyan/map/context_map.hpp"
#include "small_shop.hpp"

namespace banyan::map {
namespace {

using Poco::AutoPtr;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Throws Poco::XML::SAXParseException for what is not well-formed.
AutoPtr<Poco::XML::Document> parsed(const std::string& svg) {
  Poco::XML::DOMParser parser;
  return parser.parseString(svg);
}

std::vector<Poco::XML::Element*> elements(Poco::XML::Document& document, const std::string& name) {
  const AutoPtr<Poco::XML::NodeList> found(document.getElementsByTagName(name));
  std::vector<Poco::XML::Element*> all;
  for (unsigned long i = 0; i < found->length(); ++i) {
    all.push_back(dynamic_cast<Poco::XML::Element*>(found->item(i)));
  }
  return all;
}

TEST(TheContextMap, IsWellFormedAndHasABoxForEverybody) {
  auto document = parsed(context_map_svg(small_shop()));
  EXPECT_EQ(elements(*document, "rect").size(), 6U) << "four modules, a party, a table of nobody";
  std::size_t arrows = 0;
  for (const auto* path : elements(*document, "path")) {
    const AutoPtr<Poco::XML::NodeList> titles(path->getElementsByTagName("title"));
    arrows += titles->length();
  }
  EXPECT_EQ(arrows, 8U);
  EXPECT_TRUE(elements(*document, "script").empty());
}

TEST(TheContextMap, ShowsWhereEachModuleIs) {
  const std::string svg = context_map_svg(
      small_shop(), {{"stock", {"at 127.0.0.1:9001", true}}, {"orders", {"here", false}}});
  EXPECT_THAT(
      svg, AllOf(HasSubstr("at 127.0.0.1:9001"), HasSubstr("box elsewhere"), HasSubstr(">here<")));
  EXPECT_THAT(context_map_svg(small_shop()), Not(HasSubstr("box elsewhere")));
}

TEST(TheContextMap, SaysInWordsWhatItShows) {
  EXPECT_THAT(context_map_svg(small_shop()),
              AllOf(HasSubstr("orders calls catalog: get_track"),
                    HasSubstr("orders follows events of payments: payment_captured"),
                    HasSubstr("stock touches a table of nobody: activity"),
                    HasSubstr("stock touches tables of catalog: albums"),
                    HasSubstr("prefers-color-scheme")));
}

TEST(TheContextMap, LeavesColoursToAPageThatHasThem) {
  const std::string svg = context_map_svg(small_shop(), {}, Colours::OfThePage);
  EXPECT_THAT(svg, Not(HasSubstr("<style")));
  EXPECT_NO_THROW(parsed(svg));
}

TEST(TheContextMap, LetsNoNameBreakOut) {
  Description shop = small_shop();
  shop.title = "<script>\"&'\x01";
  shop.modules[0].name = "a\"<b>&";
  EXPECT_NO_THROW(parsed(context_map_svg(shop)));
}

TEST(TheContextMap, OfNothingIsAPictureToo) {
  EXPECT_NO_THROW(parsed(context_map_svg(Description{})));
}

}  // namespace
}  // namespace banyan::map
