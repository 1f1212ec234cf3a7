// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "banyan/json/codec.hpp"
#include "shop_types.hpp"

namespace {

using banyan::Detail;
using banyan::Error;
using banyan::json::Bounds;
using banyan::json::decode;
using banyan::json::Reading;

template <class T>
Error refuse(const std::string& text) {
  auto value = decode<T>(text, Reading::Strict, Bounds{.max_bytes = 4096, .max_depth = 8});
  return value ? Error{} : std::move(value.error());
}

struct Malformed {
  const char* name;
  std::function<Error(const std::string&)> read;
  std::string text;
  const char* rule;
  std::vector<Detail> details;

  friend void PrintTo(const Malformed& malformed, std::ostream* out) { *out << malformed.name; }
};

class MalformedJson : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedJson, IsRefusedWithThePlaceAndTheReason) {
  const Malformed& malformed = GetParam();

  const Error error = malformed.read(malformed.text);

  EXPECT_EQ(error.code, banyan::ErrorCode::InvalidArgument);
  EXPECT_EQ(error.rule, malformed.rule);
  ASSERT_EQ(error.details.size(), malformed.details.size()) << error.message;
  for (std::size_t i = 0; i < error.details.size(); ++i) {
    EXPECT_EQ(error.details[i].where, malformed.details[i].where);
    EXPECT_EQ(error.details[i].problem, malformed.details[i].problem);
  }
}

constexpr const char* kNoJson = "banyan.invalid_json";
constexpr const char* kNoRequest = "banyan.invalid_request";

std::string order(const std::string& lines, const std::string& rest = R"(,"state":"placed")") {
  return R"({"lines":)" + lines + rest + "}";
}
std::string line(const std::string& quantity) {
  return R"([{"track":")" + shop::kTrack + R"(","quantity":)" + quantity + "}]";
}
std::string everything(const std::string& field) {
  return R"({"inherited":"","flag":true,"ratio":1,"level":"zero",)"
         R"("price":{"minor_units":1,"currency":"EUR"},"at":"2026-11-22T08:30:00Z","by_name":{})" +
         field + "}";
}
std::string integers(const std::string& name, const std::string& value) {
  std::string text = "{";
  for (const std::string field : {"i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64"}) {
    text += (text.size() > 1 ? ",\"" : "\"") + field + "\":" + (field == name ? value : "0");
  }
  return text + "}";
}

const std::vector<Malformed> kSyntax{
    {"Empty",
     refuse<shop::Tree>,
     "",
     kNoJson,
     {{"",
       "parse error at line 1, column 1: syntax error while parsing value - unexpected end of"
       " input; expected '[', '{', or a literal"}}},
    {"Cut",
     refuse<shop::Tree>,
     R"({"name":"a","children":[{"name")",
     kNoJson,
     {{"/children/0",
       "parse error at line 1, column 32: syntax error while parsing object"
       " separator - unexpected end of input; expected ':'"}}},
    {"TrailingComma",
     refuse<shop::Tree>,
     R"({"name":"a","children":[],})",
     kNoJson,
     {{"",
       "parse error at line 1, column 27: syntax error while parsing object key - unexpected"
       " '}'; expected string literal"}}},
    {"TwoDocuments",
     refuse<shop::Tree>,
     R"({"name":"a","children":[]} {})",
     kNoJson,
     {{"",
       "parse error at line 1, column 28: syntax error while parsing value - unexpected '{';"
       " expected end of input"}}},
    {"SingleQuotes",
     refuse<shop::Tree>,
     "{'name':1}",
     kNoJson,
     {{"",
       "parse error at line 1, column 2: syntax error while parsing object key - invalid"
       " literal; last read: '{''; expected string literal"}}},
    {"NotANumber",
     refuse<std::vector<double>>,
     "[NaN]",
     kNoJson,
     {{"",
       "parse error at line 1, column 2: syntax error while parsing value - invalid literal;"
       " last read: '[N'"}}},
    {"Comment",
     refuse<std::vector<double>>,
     "[1 /* one */]",
     kNoJson,
     {{"",
       "parse error at line 1, column 4: syntax error while parsing array - invalid literal;"
       " last read: '1 /'; expected ']'"}}},
    {"LeadingZero",
     refuse<std::vector<std::int32_t>>,
     "[01]",
     kNoJson,
     {{"",
       "parse error at line 1, column 3: syntax error while parsing array - unexpected number"
       " literal; expected ']'"}}},
    {"InvalidUtf8",
     refuse<std::vector<std::string>>,
     "[\"\xC3\x28\"]",
     kNoJson,
     {{"",
       "parse error at line 1, column 4: syntax error while parsing value - invalid string:"
       " ill-formed UTF-8 byte; last read: '\"?('"}}},
    {"LoneSurrogate",
     refuse<std::vector<std::string>>,
     R"(["\ud800"])",
     kNoJson,
     {{"",
       "parse error at line 1, column 9: syntax error while parsing value - invalid string:"
       " surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF; last read: '\"\\ud800\"'"}}},
    {"RawControlCharacter",
     refuse<std::vector<std::string>>,
     "[\"a\nb\"]",
     kNoJson,
     {{"",
       "parse error at line 2, column 0: syntax error while parsing value - invalid string:"
       " control character U+000A (LF) must be escaped to \\u000A or \\n; last read: "
       "'\"a<U+000A>'"}}},
    {"TooDeep",
     refuse<shop::Tree>,
     "[[[[[[[[[]]]]]]]]]",
     kNoJson,
     {{"", "is nested deeper than 8 levels"}}},
    {"TooLong",
     refuse<std::string>,
     '"' + std::string(5000, 'x') + '"',
     kNoJson,
     {{"", "has 5002 bytes; at most 4096 are accepted"}}},
    {"MillionBrackets",
     refuse<shop::Tree>,
     std::string(4096, '['),
     kNoJson,
     {{"", "is nested deeper than 8 levels"}}},
};

const std::vector<Malformed> kTypes{
    {"NotAnObject",
     refuse<shop::Tree>,
     "[]",
     kNoRequest,
     {{"", "expected an object, got an array"}}},
    {"NullDocument",
     refuse<shop::Tree>,
     "null",
     kNoRequest,
     {{"", "expected an object, got null"}}},
    {"ObjectForAList",
     refuse<shop::Order>,
     order("{}"),
     kNoRequest,
     {{"/lines", "expected an array, got an object"}}},
    {"StringForAnInteger",
     refuse<shop::Order>,
     order(line("\"2\"")),
     kNoRequest,
     {{"/lines/0/quantity", "expected an integer from -2147483648 to 2147483647, got a string"}}},
    {"FractionForAnInteger",
     refuse<shop::Order>,
     order(line("2.5")),
     kNoRequest,
     {{"/lines/0/quantity",
       "expected an integer from -2147483648 to 2147483647, got 2.5, which has a fraction or an"
       " exponent"}}},
    {"ExponentForAnInteger",
     refuse<shop::Order>,
     order(line("1e2")),
     kNoRequest,
     {{"/lines/0/quantity",
       "expected an integer from -2147483648 to 2147483647, got 1e2, which has a fraction or an"
       " exponent"}}},
    {"BooleanForAnInteger",
     refuse<shop::Order>,
     order(line("true")),
     kNoRequest,
     {{"/lines/0/quantity", "expected an integer from -2147483648 to 2147483647, got true"}}},
    {"NumberForAString",
     refuse<shop::Tree>,
     R"({"name":7,"children":[]})",
     kNoRequest,
     {{"/name", "expected a string, got 7"}}},
    {"NullForAString",
     refuse<shop::Tree>,
     R"({"name":null,"children":[]})",
     kNoRequest,
     {{"/name", "expected a string, got null"}}},
    {"NumberForABoolean", refuse<bool>, "1", kNoRequest, {{"", "expected true or false, got 1"}}},
    {"NumberAmongObjects",
     refuse<std::vector<shop::Everything>>,
     "[" + everything("") + ",1]",
     kNoRequest,
     {{"/1", "expected an object, got 1"}}},
    {"AboveInt8",
     refuse<shop::Integers>,
     integers("i8", "128"),
     kNoRequest,
     {{"/i8", "expected an integer from -128 to 127, got 128"}}},
    {"BelowInt8",
     refuse<shop::Integers>,
     integers("i8", "-129"),
     kNoRequest,
     {{"/i8", "expected an integer from -128 to 127, got -129"}}},
    {"NegativeUnsigned",
     refuse<shop::Integers>,
     integers("u8", "-1"),
     kNoRequest,
     {{"/u8", "expected an integer from 0 to 255, got -1"}}},
    {"AboveUnsigned16",
     refuse<shop::Integers>,
     integers("u16", "65536"),
     kNoRequest,
     {{"/u16", "expected an integer from 0 to 65535, got 65536"}}},
    {"AboveInt64",
     refuse<shop::Integers>,
     integers("i64", "9223372036854775808"),
     kNoRequest,
     {{"/i64", "expected an integer of 64 bits, got 9223372036854775808"}}},
    {"BelowInt64",
     refuse<shop::Integers>,
     integers("i64", "-9223372036854775809"),
     kNoRequest,
     {{"/i64", "expected an integer of 64 bits, got -9223372036854775809"}}},
    {"AboveUnsigned64",
     refuse<shop::Integers>,
     integers("u64", "18446744073709551616"),
     kNoRequest,
     {{"/u64", "expected an integer of 64 bits, not negative, got 18446744073709551616"}}},
    {"NulCharacter",
     refuse<shop::Tree>,
     R"({"name":"a\u0000b","children":[]})",
     kNoRequest,
     {{"/name", "must not contain the character U+0000"}}},
};

const std::vector<Malformed> kFields{
    {"Missing",
     refuse<shop::Order>,
     "{}",
     kNoRequest,
     {{"/lines", "missing; expected an array"},
      {"/state", "missing; expected one of placed, out_of_stock, http_error"}}},
    {"Unknown",
     refuse<shop::Tree>,
     R"({"name":"a","children":[],"colour":"red"})",
     kNoRequest,
     {{"/colour", "unknown field; known are name, children"}}},
    {"Misspelt",
     refuse<shop::Tree>,
     R"({"nmae":"a","children":[]})",
     kNoRequest,
     {{"/nmae", "unknown field; did you mean \"name\"?"}, {"/name", "missing; expected a string"}}},
    {"CamelCase",
     refuse<shop::Everything>,
     everything(R"(,"byName":{})"),
     kNoRequest,
     {{"/byName", "unknown field; did you mean \"by_name\"?"}}},
    {"EscapedPointer",
     refuse<shop::Tree>,
     R"({"name":"a","children":[],"a/b~c":1})",
     kNoRequest,
     {{"/a~1b~0c", "unknown field; known are name, children"}}},
    {"Duplicate",
     refuse<shop::Tree>,
     R"({"name":"a","name":"b","children":[]})",
     kNoRequest,
     {{"/name", "is there twice"}}},
    {"NullOptional",
     refuse<shop::Order>,
     order(line("1"), R"(,"state":"placed","note":null)"),
     kNoRequest,
     {{"/note", "must not be null: leave the field out"}}},
    {"UnknownEnumerator",
     refuse<shop::Order>,
     order(line("1"), R"(,"state":"lost")"),
     kNoRequest,
     {{"/state", "expected one of placed, out_of_stock, http_error, got \"lost\""}}},
    {"MisspeltEnumerator",
     refuse<shop::Order>,
     order(line("1"), R"(,"state":"OutOfStock")"),
     kNoRequest,
     {{"/state",
       "expected one of placed, out_of_stock, http_error, got \"OutOfStock\"; did you mean"
       " \"out_of_stock\"?"}}},
    {"NumberForAnEnumerator",
     refuse<shop::Order>,
     order(line("1"), R"(,"state":0)"),
     kNoRequest,
     {{"/state", "expected one of placed, out_of_stock, http_error, got 0"}}},
    {"IdOfAnotherKind",
     refuse<shop::TrackId>,
     R"("ord_00000000000070008000000000000001")",
     kNoRequest,
     {{"",
       "expected an id: trk_ and 32 lower-case hexadecimal digits, got"
       " \"ord_00000000000070008000000000000001\""}}},
    {"BadTime",
     refuse<banyan::Timestamp>,
     R"("2026-02-30T00:00:00Z")",
     kNoRequest,
     {{"", "expected a time in UTC like \"2026-11-22T08:30:00Z\", got \"2026-02-30T00:00:00Z\""}}},
    {"TimeWithOffset",
     refuse<banyan::Timestamp>,
     R"("2026-02-03T00:00:00+01:00")",
     kNoRequest,
     {{"",
       "expected a time in UTC like \"2026-11-22T08:30:00Z\", got"
       " \"2026-02-03T00:00:00+01:00\""}}},
    {"BadCurrency",
     refuse<banyan::Money>,
     R"({"minor_units":1,"currency":"eur"})",
     kNoRequest,
     {{"/currency", "expected a currency of three capital letters like \"EUR\", got \"eur\""}}},
    {"FractionOfACent",
     refuse<banyan::Money>,
     R"({"minor_units":9.99,"currency":"EUR"})",
     kNoRequest,
     {{"/minor_units",
       "expected an integer of 64 bits, got 9.99, which has a fraction or an exponent"}}},
    {"BelowTheLimit",
     refuse<shop::Order>,
     order(line("0")),
     kNoRequest,
     {{"/lines/0/quantity", "must be at least 1, got 0"}}},
    {"AboveTheLimit",
     refuse<shop::Order>,
     order(line("1001")),
     kNoRequest,
     {{"/lines/0/quantity", "must be at most 1000, got 1001"}}},
    {"TooFewItems",
     refuse<shop::Order>,
     order("[]"),
     kNoRequest,
     {{"/lines", "needs at least 1 item, has 0"}}},
    {"TooManyCharacters",
     refuse<shop::Order>,
     order(line("1"), R"(,"state":"placed","note":"äöüäöü")"),
     kNoRequest,
     {{"/note", "may have at most 5 characters, has 6"}}},
    {"SeveralAtOnce",
     refuse<shop::Order>,
     R"({"lines":[{"track":"x","quantity":-1},{"quantity":"2"}],"state":true})",
     kNoRequest,
     {{"/lines/0/track", "expected an id: trk_ and 32 lower-case hexadecimal digits, got \"x\""},
      {"/lines/0/quantity", "must be at least 1, got -1"},
      {"/lines/1/quantity", "expected an integer from -2147483648 to 2147483647, got a string"},
      {"/lines/1/track", "missing; expected an id: trk_ and 32 lower-case hexadecimal digits"},
      {"/state", "expected one of placed, out_of_stock, http_error, got true"}}},
};

std::string name_of(const testing::TestParamInfo<Malformed>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Syntax, MalformedJson, testing::ValuesIn(kSyntax), name_of);
INSTANTIATE_TEST_SUITE_P(Types, MalformedJson, testing::ValuesIn(kTypes), name_of);
INSTANTIATE_TEST_SUITE_P(Fields, MalformedJson, testing::ValuesIn(kFields), name_of);

TEST(MalformedJson, DuplicatesAreRefusedEvenInWhatIsIgnored) {
  const auto tree =
      decode<shop::Tree>(R"({"name":"a","children":[],"new":{"x":1,"x":2}})", Reading::Tolerant);

  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().details, (std::vector<Detail>{{"/new/x", "is there twice"}}));
}

TEST(MalformedJson, DuplicatesInMapsAreRefused) {
  const auto map = decode<std::map<std::string, bool>>(R"({"x":true,"x":false})", Reading::Strict);

  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().details, (std::vector<Detail>{{"/x", "is there twice"}}));
}

TEST(MalformedJson, TheMessageNamesTheFirstProblemAndCountsTheOthers) {
  const Error error = refuse<shop::Order>("{}");

  EXPECT_EQ(error.message,
            "the document is refused: /lines: missing; expected an array (and one more problem,"
            " see details)");
}

TEST(MalformedJson, StopsAfterTheFirstProblemsOfAHopelessDocument) {
  std::string text = "[";
  for (int i = 0; i < 100; ++i) text += i == 0 ? "1" : ",1";
  const auto words = decode<std::vector<std::string>>(text + "]", Reading::Strict);

  ASSERT_FALSE(words);
  EXPECT_EQ(words.error().details.size(), banyan::json::Problems::kMax);
}

}  // namespace
