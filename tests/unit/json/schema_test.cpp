// SPDX-License-Identifier: Apache-2.0
#include "banyan/json/schema.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "banyan/json/shape_of.hpp"
#include "shop_types.hpp"

namespace {

using Json = nlohmann::ordered_json;
using banyan::json::schema_document;
using banyan::json::shape_of;

Json document_of(const banyan::json::Shape& shape) { return Json::parse(schema_document(shape)); }

TEST(Schema, DefinesNestedTypesOnceUnderTheirQualifiedNames) {
  const Json document = document_of(shape_of<shop::Order>());

  EXPECT_EQ(document["$schema"], "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(document["$ref"], "#/$defs/shop.Order");
  EXPECT_EQ(document["$defs"]["shop.Order"], Json::parse(R"({
    "type": "object",
    "properties": {
      "lines": {"type": "array", "items": {"$ref": "#/$defs/shop.Line"},
                "minItems": 1, "maxItems": 3},
      "state": {"$ref": "#/$defs/shop.State"},
      "note": {"type": "string", "maxLength": 5}
    },
    "required": ["lines", "state"],
    "additionalProperties": false})"));
  EXPECT_EQ(document["$defs"]["shop.State"],
            Json::parse(R"({"type": "string", "enum": ["placed", "out_of_stock", "http_error"]})"));
}

TEST(Schema, PublishesLimitsAndForms) {
  const Json line = document_of(shape_of<shop::Line>())["$defs"]["shop.Line"]["properties"];

  EXPECT_EQ(
      line["quantity"],
      Json::parse(R"({"type": "integer", "format": "int32", "minimum": 1, "maximum": 1000})"));
  EXPECT_EQ(line["track"]["pattern"], "^trk_[0-9a-f]{32}$");
}

TEST(Schema, PublishesTheRangeOfIntegers) {
  const Json integers =
      document_of(shape_of<shop::Integers>())["$defs"]["shop.Integers"]["properties"];

  EXPECT_EQ(integers["u8"]["maximum"], 255);
  EXPECT_EQ(integers["i16"]["minimum"], -32768);
  EXPECT_EQ(integers["u64"]["maximum"], 18446744073709551615ULL);
}

TEST(Schema, EndsForATypeThatContainsItself) {
  const Json tree = document_of(shape_of<shop::Tree>())["$defs"]["shop.Tree"];

  EXPECT_EQ(tree["properties"]["children"]["items"]["$ref"], "#/$defs/shop.Tree");
}

TEST(Schema, DescribesMapsAndTimes) {
  const Json fields =
      document_of(shape_of<shop::Everything>())["$defs"]["shop.Everything"]["properties"];

  EXPECT_EQ(fields["by_name"]["additionalProperties"]["items"]["$ref"], "#/$defs/shop.Line");
  EXPECT_EQ(fields["at"]["format"], "date-time");
  EXPECT_EQ(fields["price"]["$ref"], "#/$defs/banyan.Money");
}

}  // namespace
