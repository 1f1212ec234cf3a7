// SPDX-License-Identifier: Apache-2.0
#include "web/html.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "web/form.hpp"
#include "web/words.hpp"

namespace recordshop::web {
namespace {

TEST(HtmlOfThePages, EscapesTextWhereverItStands) {
  const std::string evil = R"(<script>alert("x" & 'y')</script>)";
  EXPECT_EQ(tag("p", {}, evil).str(),
            "<p>&lt;script&gt;alert(&quot;x&quot; &amp; &#39;y&#39;)&lt;/script&gt;</p>");
  EXPECT_EQ(
      tag("a", {{"href", evil}}, "b").str(),
      "<a href=\"&lt;script&gt;alert(&quot;x&quot; &amp; &#39;y&#39;)&lt;/script&gt;\">b</a>");
  EXPECT_EQ(Html(std::string_view(evil)).str(), Html(evil.c_str()).str());
}

TEST(HtmlOfThePages, TakesPiecesAsTheyAreAndOnce) {
  const Html inner = tag("b", {}, "1 < 2");
  EXPECT_EQ(tag("p", {}, "so: ", inner, Html(" & ") + inner).str(),
            "<p>so: <b>1 &lt; 2</b> &amp; <b>1 &lt; 2</b></p>");
  EXPECT_EQ(Html::literal("<hr>").str(), "<hr>");
  EXPECT_EQ(script_from("/a.js?v=\"1\"").str(),
            "<script type=\"module\" src=\"/a.js?v=&quot;1&quot;\"></script>");
  EXPECT_EQ(each(std::vector{1, 2}, [](int n) { return tag("li", {}, std::to_string(n)); }).str(),
            "<li>1</li><li>2</li>");
}

TEST(HtmlOfThePages, WritesAttributesThatAreThereOnly) {
  EXPECT_EQ(void_element("input", {{"name", "a"}, {"checked", true}, {"disabled", false}}).str(),
            "<input name=\"a\" checked>");
}

TEST(FormOfABrowser, DecodesFieldsAndTakesTheFirstOfAName) {
  const Form form = Form::of_query("/shop/search?text=one+two%26&text=three&empty=&bad=%zz&%C3=x");
  EXPECT_EQ(form.get("text"), "one two&");
  EXPECT_EQ(form.get("empty"), "");
  EXPECT_EQ(form.get("bad"), "");
  EXPECT_EQ(form.get("nobody"), "");
  EXPECT_EQ(Form::of_query("/shop/search").get("text"), "");
}

TEST(FormOfABrowser, IsReadFromABodyOfItsTypeOnly) {
  banyan::http::Request request;
  request.body = "a=1&b=%C3%A4";
  EXPECT_EQ(Form::of_body(request).get("a"), "");
  request.head.fields.add("Content-Type", "application/x-www-form-urlencoded");
  EXPECT_EQ(Form::of_body(request).get("a"), "1");
  EXPECT_EQ(Form::of_body(request).get("b"), "ä");
}

TEST(FormOfABrowser, LeadsBackToPathsOfTheShopOnly) {
  EXPECT_EQ(local_path("/shop/albums/alb_1?x=1"), "/shop/albums/alb_1?x=1");
  for (const char* const wanted : {"", "//evil.example", "https://evil.example", "/\\evil.example",
                                   "/a\r\nSet-Cookie: x", "javascript:alert(1)", "/a b"}) {
    EXPECT_EQ(local_path(wanted), "/") << wanted;
  }
  EXPECT_EQ(query_of({{"text", "a&b=c"}, {"cursor", ""}}), "?text=a%26b%3Dc");
}

TEST(WordsOfThePages, AreForPeople) {
  EXPECT_EQ(price_text({990, "EUR"}), "€\u00A09.90");
  EXPECT_EQ(price_text({5, "CHF"}), "CHF\u00A00.05");
  EXPECT_EQ(duration_text(185'900), "3:05");
  EXPECT_EQ(duration_text(3'723'000), "1:02:03");
  EXPECT_EQ(time_text({1'700'000'000'000'000}), "14 November 2023, 22:13 UTC");
  EXPECT_EQ(count_text(1, "track"), "1 track");
  EXPECT_EQ(count_text(0, "track"), "0 tracks");
}

}  // namespace
}  // namespace recordshop::web
