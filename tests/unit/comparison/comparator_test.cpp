// SPDX-License-Identifier: Apache-2.0
#include "banyan/comparison/comparator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "answers.hpp"

namespace banyan::strangler {
namespace {

using std::chrono::microseconds;
using testing::HasSubstr;

TEST(Comparator, TakesTheSameBytesForTheSame) {
  const Comparison same = Compared()(R"({"a":1})", R"({"a":1})");
  EXPECT_TRUE(same.same_bytes);
  EXPECT_TRUE(same.same());
}

TEST(Comparator, DoesNotLookAtTheOrderOfKeysNorAtBlanks) {
  const Comparison same = Compared()(R"({"a":1,"b":{"c":[1,2],"d":null}})",
                                     " { \"b\" : {\"d\":null,\n\"c\":[1, 2]}, \"a\":1}\n");
  EXPECT_FALSE(same.same_bytes);
  EXPECT_EQ(found(same), "");
}

TEST(Comparator, TakesTheSameValueWrittenOtherwiseForTheSame) {
  EXPECT_EQ(found(Compared()(R"({"a":1.0,"b":"\u00e9\/","c":1e2,"d":-0})",
                             R"({"a":1,"b":"é/","c":100,"d":0})")),
            "");
}

TEST(Comparator, NeverRoundsANumber) {
  EXPECT_EQ(found(Compared()("9007199254740993", "9007199254740992")), "value ");
  EXPECT_EQ(found(Compared()("0.1000000000000000000001", "0.1")), "value ");
}

TEST(Comparator, NamesTheFieldAndTheKindOfEachDifference) {
  EXPECT_EQ(found(Compared()(R"({"t":"a","n":1,"o":{"x":true},"gone":1,"u":null})",
                             R"({"t":"b","n":"1","o":{"x":false},"more":[],"u":3})")),
            "value /t; type /n; value /o/x; missing /gone; type /u; extra /more");
}

TEST(Comparator, TellsAListInAnotherOrderFromOneWithOtherElements) {
  EXPECT_EQ(found(Compared()(R"({"l":[1,2,3]})", R"({"l":[3,1,2]})")), "order /l");
  EXPECT_EQ(found(Compared()(R"({"l":[1,2,3]})", R"({"l":[1,2]})")), "size /l");
  EXPECT_EQ(found(Compared()(R"({"l":[1,2,3]})", R"({"l":[1,2,4]})")), "value /l/*");
  EXPECT_EQ(found(Compared()("[]", "[1]")), "size ");
}

TEST(Comparator, SaysOncePerFieldHoweverManyElementsDiffer) {
  EXPECT_EQ(found(Compared()(R"({"l":[{"a":1},{"a":2}]})", R"({"l":[{"a":5},{"a":1000}]})")),
            "value /l/*/a");
}

TEST(Comparator, TakesKeysThatAreDataForOneField) {
  EXPECT_EQ(found(Compared()(R"({"by":{"2026-11-29":1,"2026-11-30":2}})",
                             R"({"by":{"2026-11-29":3,"2026-11-30":4}})")),
            "value /by/*");
  EXPECT_EQ(found(Compared()(R"({"by":{"ada@example.com":1}})", R"({"by":{"bob@example.com":1}})")),
            "missing /by/*");
}

TEST(Comparator, SaysNothingOfBodiesWhenTheStatusDiffers) {
  const http::ResponseHead good = json_head();
  const http::ResponseHead bad = json_head(500);
  const OperationRules rules({}, "", Effect::Read, nullptr);
  const Comparison comparison = compare({good, "{}"}, {bad, "[]"}, rules, {}, kToday);
  EXPECT_EQ(found(comparison), "status status");
  EXPECT_EQ(comparison.differences[0].old_value, "200");
  EXPECT_EQ(comparison.differences[0].new_value, "500");
}

TEST(Comparator, ComparesTheChosenHeaderFieldsOnly) {
  http::ResponseHead old_head = json_head();
  http::ResponseHead new_head = json_head();
  old_head.fields.add("Date", "yesterday");
  new_head.fields.set("Content-Type", "application/json; charset=utf-8");
  ComparisonPlan plan;
  plan.headers = {"content-type", "etag"};
  const auto with = [&] {
    return found(compare({old_head, "{}"}, {new_head, "{}"},
                         OperationRules(plan, "", Effect::Read, nullptr), {}, kToday));
  };
  EXPECT_EQ(with(), "");
  new_head.fields.add("ETag", "\"1\"");
  EXPECT_EQ(with(), "header header:etag");
  plan.rules = {
      {"",
       "header:etag",
       {.as = CompareAs::Ignored, .ignoring = Ignoring{"2026-12-01", "web", "made anew"}}}};
  EXPECT_EQ(with(), "");
}

TEST(Comparator, ComparesWhatIsNoJsonByItsBytes) {
  http::ResponseHead page;
  page.fields.add("Content-Type", "text/html");
  const OperationRules rules({}, "", Effect::Read, nullptr);
  const Comparison comparison = compare({page, "<p>Hello"}, {page, "<p>Hullo"}, rules, {}, kToday);
  EXPECT_EQ(found(comparison), "bytes ");
  EXPECT_EQ(comparison.differences[0].note, "from byte 4 on, of 8 and 8");
}

TEST(Comparator, ComparesByBytesWhatOnlySaysThatItIsJson) {
  for (const char* broken :
       {"{\"a\":1", "{\"a\" 1}", "[1,]", "[01]", "nul", "\"\\x\"", "{\"a\":1}x", "\"\x01\"", "{,}",
        "[1 2]", "\"\\u12G4\"", "-", "1.", "1e", "{\"a\":}", ""}) {
    EXPECT_EQ(found(Compared()(R"({"a":1})", broken)), "bytes ") << broken;
    EXPECT_EQ(found(Compared()(broken, R"({"a":1})")), "bytes ") << broken;
  }
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  EXPECT_EQ(found(Compared()(deep, deep + ' ')), "bytes ");
}

TEST(Rules, LetNumbersDifferWithinATolerance) {
  Compared cents;
  cents.rule("/total", {.as = CompareAs::Number, .within = 0.01});
  EXPECT_EQ(found(cents(R"({"total":0.3})", R"({"total":0.31})")), "");
  EXPECT_EQ(found(cents(R"({"total":0.3})", R"({"total":0.311})")), "value /total");
  Compared share;
  share.rule("/score", {.as = CompareAs::Number, .within = 0.1, .within_share = true});
  EXPECT_EQ(found(share(R"({"score":100})", R"({"score":110})")), "");
  EXPECT_EQ(found(share(R"({"score":100})", R"({"score":111})")), "value /score");
  EXPECT_EQ(found(share(R"({"score":100})", R"({"score":null})")), "type /score");
}

TEST(Rules, SayHowFarApartNumbersAreAndHowFarTheyMayBe) {
  const auto why = [](FieldRule rule, std::string_view old_number, std::string_view new_number) {
    Compared compared;
    compared.rule("/n", std::move(rule));
    const auto body = [](std::string_view number) {
      return R"({"n":)" + std::string(number) + '}';
    };
    const Comparison comparison = compared(body(old_number), body(new_number));
    return comparison.same() ? "the same" : comparison.differences[0].note;
  };
  const FieldRule cents{.as = CompareAs::Number, .within = 0.004};
  EXPECT_EQ(why(cents, "10.005", "10.00"), "0.005 apart, 0.004 allowed");
  EXPECT_EQ(why(cents, "10", "12"), "2 apart, 0.004 allowed");
  EXPECT_EQ(why(cents, "10", "10.004000001"), "a little more than 0.004 apart, 0.004 allowed");
  EXPECT_EQ(why(cents, "1", "1e999"), "too far apart to be counted, 0.004 allowed");
  EXPECT_EQ(why(cents, R"("10.00")", R"("10.01")"), "not a number on both sides");
  EXPECT_EQ(why(cents, "4912345678", "4912345123"), "about 600 apart, 0.004 allowed")
      << "whoever knows one of the two does not know the other";
  const FieldRule four{.as = CompareAs::Number, .within = 4};
  EXPECT_EQ(why(four, "4912345678", "4912345682.4"), "a little more than 4 apart, 4 allowed");
  const FieldRule open{.as = CompareAs::Number, .within = 4, .open = true};
  EXPECT_EQ(why(open, "4912345678", "4912345123"), "555 apart, 4 allowed");
  const FieldRule share{.as = CompareAs::Number, .within = 0.1, .within_share = true};
  EXPECT_EQ(why(share, "200", "222"), "11 % apart, 10 % allowed");
  EXPECT_EQ(why(share, "0", "1"), "the old side has 0, and 10 % of that are 0");
}

TEST(Rules, SayInWhatTextsAreNotOfTheSameForm) {
  Compared compared;
  compared.rule("/text", {.as = CompareAs::SameForm});
  EXPECT_EQ(compared(R"({"text":"abc"})", R"({"text":""})").differences.at(0).note,
            "one of the two is empty");
  EXPECT_EQ(compared(R"({"text":"abc"})", R"({"text":"abcdefgh"})").differences.at(0).note,
            "one is more than twice as long");
}

TEST(Rules, LetTimesDifferWithinATolerance) {
  Compared times;
  times.rule("/at", {.as = CompareAs::Time, .apart = microseconds(2'000'000)});
  const auto at = [](std::string_view time) { return "{\"at\":\"" + std::string(time) + "\"}"; };
  const std::string noon = at("2026-11-29T12:00:00Z");
  EXPECT_EQ(found(times(noon, at("2026-11-29T12:00:02.000Z"))), "");
  EXPECT_EQ(found(times(noon, at("2026-11-29T14:00:01+02:00"))), "");
  const Comparison far = times(noon, at("2026-11-29T13:00:00Z"));
  EXPECT_EQ(found(far), "value /at");
  EXPECT_EQ(far.differences[0].note, "more than 2s apart");
  EXPECT_EQ(found(times(noon, at("noon"))), "type /at");
  EXPECT_EQ(found(times(noon, at("2026-02-30T12:00:00Z"))), "type /at");
}

TEST(Rules, MatchGeneratedIdsOneToOne) {
  Compared ids;
  ids.rule("/order", {.as = CompareAs::GeneratedId});
  ids.rule("/lines/*/order", {.as = CompareAs::GeneratedId});
  const std::string_view old_one = R"({"order":"a1","lines":[{"order":"a1"},{"order":"a1"}]})";
  const Comparison good = ids(old_one, R"({"order":"b7","lines":[{"order":"b7"},{"order":"b7"}]})");
  EXPECT_EQ(found(good), "");
  ASSERT_EQ(good.aliases.size(), 1U);
  EXPECT_EQ(good.aliases[0], std::pair(std::string("a1"), std::string("b7")));
  EXPECT_EQ(found(ids(old_one, R"({"order":"b7","lines":[{"order":"b7"},{"order":"b8"}]})")),
            "alias /lines/*/order");
}

TEST(Rules, RememberTheIdsOfEarlierRequests) {
  Compared ids;
  ids.rule("/id", {.as = CompareAs::GeneratedId});
  ids.aliases.add("7", "12");
  EXPECT_EQ(found(ids(R"({"id":7})", R"({"id":12})")), "");
  EXPECT_EQ(found(ids(R"({"id":7})", R"({"id":13})")), "alias /id");
  EXPECT_EQ(found(ids(R"({"id":8})", R"({"id":12})")), "alias /id");
}

TEST(Rules, CompareListsWithoutOrderByTheirKey) {
  Compared any_order;
  any_order.rule("/l", {.as = CompareAs::AnyOrder, .key = "id"});
  EXPECT_EQ(found(any_order(R"({"l":[{"id":1,"a":1},{"id":2,"a":2}]})",
                            R"({"l":[{"id":2,"a":2},{"id":1,"a":1}]})")),
            "");
  EXPECT_EQ(found(any_order(R"({"l":[{"id":1,"a":1},{"id":2,"a":2}]})",
                            R"({"l":[{"a":9,"id":2},{"id":1,"a":1}]})")),
            "value /l/*/a");
  EXPECT_EQ(found(any_order(R"({"l":[{"id":1},{"id":2}]})", R"({"l":[{"id":2},{"id":3}]})")),
            "missing /l/*");
  EXPECT_EQ(found(any_order(R"({"l":[{"id":1}]})", R"({"l":[]})")), "size /l");
}

TEST(Rules, CompareListsWithoutOrderAndWithoutAKeyByTheRulesOfTheirElements) {
  Compared any_order;
  any_order.rule("/l", {.as = CompareAs::AnyOrder});
  any_order.rule("/l/*/id", {.as = CompareAs::GeneratedId});
  EXPECT_EQ(found(any_order(R"({"l":[{"id":"x1","a":1},{"id":"x2","a":2},5]})",
                            R"({"l":[5,{"id":"y2","a":2},{"id":"y1","a":1}]})")),
            "");
  EXPECT_EQ(found(any_order(R"({"l":[{"a":1},{"a":2}]})", R"({"l":[{"a":2},{"a":3}]})")),
            "missing /l/*");
}

TEST(Rules, LookOnlyAtTheFormOfWhatNobodyLooksInto) {
  Compared form;
  form.rule("/cursor", {.as = CompareAs::SameForm});
  EXPECT_EQ(found(form(R"({"cursor":"bXl0aA=="})", R"({"cursor":"ZGF0YWI="})")), "");
  EXPECT_EQ(found(form(R"({"cursor":"bXl0aA=="})", R"({"cursor":""})")), "value /cursor");
  EXPECT_EQ(found(form(R"({"cursor":"bXl0aA=="})", R"({"cursor":null})")), "type /cursor");
  EXPECT_EQ(found(form(R"({"cursor":{"a":[1,"x"]}})", R"({"cursor":{"a":[2,"y"]}})")), "");
  EXPECT_EQ(found(form(R"({"cursor":{"a":[1,"x"]}})", R"({"cursor":{"a":[2]}})")),
            "size /cursor/a");
}

TEST(Rules, IgnoreUntilADayAndCountFromTheNextOneOn) {
  Compared ignoring;
  ignoring.rule("/at", {.as = CompareAs::Ignored,
                        .ignoring = Ignoring{"2026-11-29", "catalog team", "see #123"}});
  const Comparison today = ignoring(R"({"at":1,"b":2})", R"({"b":2,"at":{"deep":[]}})");
  EXPECT_EQ(found(today), "");
  EXPECT_EQ(today.ignored, 1U);
  EXPECT_EQ(found(ignoring(R"({"at":1})", "{}")), "");
  ignoring.today.micros += 86'400'000'000;
  const Comparison over = ignoring(R"({"at":1})", R"({"at":2})");
  EXPECT_EQ(found(over), "expired /at");
  EXPECT_EQ(over.differences[0].note,
            "ignored until 2026-11-29 by catalog team (see #123), which is over");
  EXPECT_EQ(found(ignoring(R"({"at":1})", R"({"at":1 })")), "");
}

TEST(Rules, OfOneOperationWinOverThoseOfAll) {
  Compared both;
  both.plan.rules = {{"catalog.get_album", "/n", {.as = CompareAs::Number, .within = 5}},
                     {"", "/n", {.as = CompareAs::Number, .within = 1}},
                     {"catalog.other", "/m", {.as = CompareAs::Number, .within = 5}}};
  EXPECT_EQ(found(both(R"({"n":1,"m":1})", R"({"n":5,"m":2})")), "value /m");
}

TEST(Rules, NameFieldsThatLookLikeData) {
  Compared slash;
  slash.rule("/a~1b/c~0d", {.as = CompareAs::Number, .within = 5});
  EXPECT_EQ(found(slash(R"({"a/b":{"c~d":1,"e/f":1}})", R"({"a/b":{"c~d":2,"e/f":2}})")),
            "value /a~1b/*");
}

TEST(Rules, FollowALocationByTheIdsInIt) {
  http::ResponseHead old_head = json_head(201);
  http::ResponseHead new_head = json_head(201);
  old_head.fields.add("Location", "/orders/ord_1a2b");
  new_head.fields.add("Location", "/orders/ord_9c8d");
  const auto with = [&](Effect effect, const AliasMap& aliases) {
    return compare({old_head, "{}"}, {new_head, "{}"}, OperationRules({}, "", effect, nullptr),
                   aliases, kToday);
  };
  const Comparison made = with(Effect::Write, {});
  EXPECT_EQ(found(made), "");
  EXPECT_EQ(made.aliases.size(), 1U);
  EXPECT_EQ(found(with(Effect::Read, {})), "header header:location");
  AliasMap other;
  other.add("ord_1a2b", "ord_0000");
  EXPECT_EQ(found(with(Effect::Write, other)), "header header:location");
}

TEST(Comparator, KeepsABoundedNumberOfDifferencesAndCountsTheRest) {
  std::string old_body = "{";
  std::string new_body = "{";
  for (char a = 'a'; a <= 'z'; ++a) {
    for (char b = 'a'; b <= 'd'; ++b) {
      const std::string key = std::string(old_body.size() > 1 ? "," : "") + '"' + a + b + "\":";
      old_body += key + '1';
      new_body += key + '2';
    }
  }
  const Comparison many = Compared()(old_body + '}', new_body + '}');
  EXPECT_EQ(many.differences.size(), Comparison::kMost);
  EXPECT_EQ(many.folded, 104 - Comparison::kMost);
}

TEST(FieldPath, IsAPointerOrAHeaderField) {
  for (const char* good : {"", "/a", "/a/*/b", "/a~1b", "header:etag"}) {
    EXPECT_TRUE(is_field_path(good)) << good;
  }
  for (const char* bad : {"a", "/a~", "/a~2", "header:"}) EXPECT_FALSE(is_field_path(bad)) << bad;
}

TEST(Day, IsOneOfTheCalendar) {
  EXPECT_TRUE(is_day("2028-02-29"));
  for (const char* bad : {"2027-02-29", "2027-13-01", "2027-1-1", "27-01-01", "2027-01-01T", ""}) {
    EXPECT_FALSE(is_day(bad)) << bad;
  }
  EXPECT_EQ(day_of(kToday.micros), "2026-11-29");
  EXPECT_EQ(day_of(kToday.micros - 1), "2026-11-28");
}

}  // namespace
}  // namespace banyan::strangler
