// SPDX-License-Identifier: Apache-2.0
#include "masking.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/describe.hpp>
#include <string>

#include "answers.hpp"
#include "banyan/comparison/report.hpp"
#include "banyan/json/shape_of.hpp"
#include "banyan/kernel/likeness.hpp"

namespace shop {

struct FindOrders {
  std::string customer;
  std::string country;
  static constexpr std::array likeness{
      banyan::Likeness{.field = "country", .open_to_people = true}};
};
BOOST_DESCRIBE_STRUCT(FindOrders, (), (customer, country))

}  // namespace shop

namespace banyan::strangler {
namespace {

TEST(Masking, KeepsTheFormOfATextAndNothingElse) {
  EXPECT_EQ(form_of("Ada Lovelace 36"), "Aaa Aaaaaaaa 99");
  EXPECT_EQ(form_of("ada@example.com"), "aaa@aaaaaaa.aaa");
  EXPECT_EQ(form_of("Zoë"), "Aaa");
  EXPECT_EQ(form_of(""), "");
  EXPECT_EQ(form_of(std::string(100, 'x')), std::string(64, 'a') + "…");
}

TEST(Masking, LeavesNoTextInABody) {
  Compared compared;
  compared.rule("/status", {.open = true});
  compared.rule("/tags", {.open = true});
  EXPECT_EQ(
      mask_body(R"({"name":"Ada","age":36,"phone":491234567890,"ok":true,"none":null,)"
                R"("status":"paid","tags":["a",{"b":"c"}],"by":{"ada@example.com":["x\"y"]}})",
                compared.rules()),
      R"({"name":"Aaa","age":36,"phone":999999999999,"ok":true,"none":null,)"
      R"("status":"paid","tags":["a",{"b":"c"}],"by":{"aaa@aaaaaaa.aaa":["aa"]}})");
  EXPECT_EQ(mask_body("<p>Ada", compared.rules()), "<a>Aaa");
}

TEST(Masking, LeavesNoTextInAValueThatWasCut) {
  EXPECT_EQ(mask_value(R"({"name":"Ada","n":12)"), R"({"name":"Aaa","n":12)");
  EXPECT_EQ(mask_value(R"("Ada Lov)"), R"("Aaa Aaa")");
  EXPECT_EQ(mask_value("1234567.5"), "9999999.9");
  EXPECT_EQ(mask_value(R"("a\"b)"), R"("aa")");
}

TEST(Masking, LeavesNoTextOfAHeaderNorOfABodyThatIsNoJson) {
  http::ResponseHead old_head;
  old_head.status = 200;
  old_head.fields.add("Content-Type", "text/html");
  http::ResponseHead new_head = old_head;
  old_head.fields.add("Location", "/users/jane.doe");
  new_head.fields.add("Location", "/users/bob");
  const ComparisonPlan plan;
  const OperationRules rules(plan, "", Effect::Read, nullptr);
  const Comparison comparison =
      compare({old_head, "<p>Jane Doe, 17"}, {new_head, "<p>Bob"}, rules, {}, kToday);
  ASSERT_EQ(found(comparison), "header header:location; bytes ");
  EXPECT_EQ(mask_value(comparison.differences[0], comparison.differences[0].old_value),
            "/aaaaa/aaaa.aaa");
  EXPECT_EQ(mask_value(comparison.differences[1], comparison.differences[1].old_value),
            "<a>Aaaa Aaa, 99");
  const std::string shown = to_json(comparison, false);
  for (const char* word : {"jane", "bob", "Jane", "Bob", "17"}) {
    EXPECT_EQ(shown.find(word), std::string::npos) << word << " in " << shown;
  }
}

TEST(Masking, KeepsOfATargetWhatItsRouteSays) {
  const OperationRules rules = Compared().rules();
  const auto with = [&](std::string_view target, std::string_view route) {
    const MaskedTarget masked = mask_target(target, route, rules);
    return masked.text + (masked.outline.empty() ? "" : " masked");
  };
  EXPECT_EQ(with("/albums/by-artist?limit=20&all=", "/albums/by-artist"),
            "/albums/by-artist?limit=20&all=");
  EXPECT_EQ(with("/albums/by-artist?", "/albums/by-artist"), "/albums/by-artist?");
  EXPECT_EQ(with("/customers/ada/orders/17", "/customers/{name}/orders/{id}"),
            "/customers/aaa/orders/99 masked");
  EXPECT_EQ(with("/customers/7", "/customers/{id}"), "/customers/9 masked")
      << "it is somebody's, however short it is";
  EXPECT_EQ(with("/customers/7", "/customers"), "/customers/9 masked");
  EXPECT_EQ(with("/v2/customers?customer=131&page=2&limit=1234567", "/v2/customers"),
            "/v2/customers?customer=999&page=2&limit=9999999 masked");
  EXPECT_EQ(with("/customers?131", "/customers"), "/customers?999 masked");
  EXPECT_EQ(with("/customers/ada", "/customers"), "/customers/aaa masked");
  EXPECT_EQ(with("/customers/4912345678?mail=ada@example.com", "/customers/{id}"),
            "/customers/9999999999?mail=aaa@aaaaaaa.aaa masked");
  EXPECT_EQ(with("/a?ada@example.com", "/a"), "/a?aaa@aaaaaaa.aaa masked");
  EXPECT_EQ(with("/", "/"), "/");
  EXPECT_EQ(with("/a//b/", "/a"), "/a//a/ masked");
}

TEST(Masking, TakesAValueWithoutANameForNoName) {
  const OperationRules rules = Compared().rules();
  const auto masked = [&](std::string_view target) { return mask_target(target, "/a", rules); };
  EXPECT_EQ(masked("/a?smith").text, "/a?aaaaa");
  EXPECT_EQ(masked("/a?smith").outline, "/a?…");
  EXPECT_EQ(masked("/a?limit=20&john.smith").text, "/a?limit=20&aaaa.aaaaa");
  EXPECT_EQ(masked("/a?abcdefghijklmnop").text, "/a?aaaaaaaaaaaaaaaa") << "a token";
  EXPECT_EQ(masked("/a?last=4242&first=7").text, "/a?last=9999&first=9")
      << "of a card; of a list it would be harmless";
  for (const TargetPart& each : target_parts("/a?smith", "/a", rules)) {
    EXPECT_FALSE(each.name.contains("smith")) << "messages show it";
  }
}

TEST(Masking, TakesNoNameThatIsMoreThanLettersAndItsMarks) {
  const OperationRules rules = Compared().rules();
  for (const char* name : {"\xC2\x9BJ", "\x1B[2J", "a b", "a'b", "a;b", "zo\xC3\xAB"}) {
    const std::string target = "/a?" + std::string(name) + "=1";
    EXPECT_EQ(mask_target(target, "/a", rules).outline, "/a?…=…") << target;
  }
  EXPECT_EQ(mask_target("/a?page[size]=2&per_page=3&sort-by.name=x", "/a", rules).outline,
            "/a?page[size]=2&per_page=3&sort-by.name=…");
}

TEST(Masking, ShowsOfATargetWhatThePortSaysIsNoPersonalData) {
  const OperationRules rules(ComparisonPlan{}, "orders.find_orders", Effect::Read, nullptr,
                             &json::shape_of<shop::FindOrders>());
  EXPECT_EQ(mask_target("/AT/orders?customer=7", "/{country}/orders", rules).text,
            "/AT/orders?customer=9");
  EXPECT_EQ(mask_target("/7/orders?country=AT", "/{customer}/orders", rules).outline,
            "/…/orders?country=AT");
}

TEST(Masking, OutlinesATargetForWhoeverKnowsWhatWasThere) {
  const OperationRules rules = Compared().rules();
  const auto outline = [&](std::string_view target, std::string_view route) {
    return mask_target(target, route, rules).outline;
  };
  EXPECT_EQ(outline("/customers/ada/orders/17?q=blue&page=2", "/customers/{name}/orders/{id}"),
            "/customers/…/orders/…?q=…&page=2");
  EXPECT_EQ(outline("/a?ada@example.com=x", "/a"), "/a?…=…");
  EXPECT_EQ(outline("/albums/7?page=2", "/albums/{id}"), "/albums/…?page=2");
  EXPECT_EQ(outline("/albums?page=2", "/albums"), "") << "nothing of it is hidden";
}

TEST(Masking, NamesThePartsOfATarget) {
  std::string names;
  for (const TargetPart& each :
       target_parts("/customers/…/x?q=…&…=1", "/customers/{name}", Compared().rules())) {
    if (each.text == kHiddenPart) names += each.name + "; ";
  }
  EXPECT_EQ(names, "{name} of the path; q of the query; part 2 of the query; ");
}

}  // namespace
}  // namespace banyan::strangler
