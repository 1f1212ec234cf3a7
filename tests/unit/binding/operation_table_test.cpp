// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/operation_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <stdexcept>
#include <string>

#include "banyan/binding/path_segments.hpp"

namespace banyan::binding {
namespace {

/// Operations "demo.op0", "demo.op1" … at these places.
std::vector<BoundOperation> at(std::vector<ResourcePath> places) {
  static const PortInfo port{.name = "demo", .version = {1, 0}};
  static std::deque<std::string> names;
  static std::deque<Operation> operations;
  std::vector<BoundOperation> all;
  for (const ResourcePath& place : places) {
    names.push_back("op" + std::to_string(all.size()));
    operations.push_back({.name = names.back(), .effect = Effect::Read});
    all.push_back({&port, &operations.back(), place, {}});
  }
  return all;
}

const OperationTable& shop() {
  static const OperationTable table(at({{"GET", "/tracks/{id}"},
                                        {"GET", "/tracks"},
                                        {"GET", "/tracks/new"},
                                        {"PUT", "/tracks/{id}"},
                                        {"POST", "/tracks/{id}/plays"},
                                        {"GET", "/"}}));
  return table;
}

/// "op2", or "405 GET, HEAD".
std::string look(std::string_view method, std::string_view target) {
  const auto found = shop().match(method, target);
  if (found) return std::string((*found)->operation->name);
  std::string text = std::to_string(found.error().head.status);
  if (const auto allowed = found.error().head.fields.find("Allow")) {
    text.append(" ").append(*allowed);
  }
  return text;
}

TEST(TheOperationTable, FindsTheOperationByTheRulesOfThePathTable) {
  EXPECT_EQ(look("GET", "/tracks/7"), "op0");
  EXPECT_EQ(look("HEAD", "/tracks/7"), "op0");
  EXPECT_EQ(look("GET", "/tracks?page=2"), "op1");
  EXPECT_EQ(look("GET", "/tracks/%6Eew"), "op2");
  EXPECT_EQ(look("PUT", "/tracks/7"), "op3");
  EXPECT_EQ(look("POST", "/tracks/7;jsessionid=1/plays"), "op4");
  EXPECT_EQ(look("GET", "/"), "op5");
  EXPECT_EQ(look("OPTIONS", "/tracks/7"), "204 GET, HEAD, PUT, OPTIONS");
  EXPECT_EQ(look("GET", "/Tracks"), "404");
  EXPECT_EQ(look("GET", "/tracks/"), "404") << "there is no id";
  EXPECT_EQ(look("DELETE", "/tracks/7"), "405 GET, HEAD, PUT, OPTIONS");
}

TEST(TheOperationTable, RefusesPathsThatOthersCouldReadDifferently) {
  for (const char* target :
       {"//tracks", "/tracks/%2F", "/tracks/%5c", "/tracks/%00", "/tracks/..", "/tracks/%2e%2E",
        "/tracks/%", "/tracks/%zz", "/tracks/%C3%28", "/tracks/.", "/tracks/{id}", "/tracks/%0a"}) {
    EXPECT_EQ(look("GET", target), "400") << target;
  }
}

TEST(ASegment, IsDecodedOnceAndWithoutItsParameters) {
  EXPECT_EQ(decode_segment("100%25%20a"), "100% a");
  EXPECT_EQ(decode_segment("%2541"), "%41");
  EXPECT_EQ(decode_segment("a+b"), "a+b");
  EXPECT_EQ(decode_segment("7;jsessionid=1"), "7");
  EXPECT_EQ(decode_segment("7%3Bx"), "7;x");
}

std::string refusal(std::vector<ResourcePath> places) {
  try {
    const OperationTable table(at(std::move(places)));
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
  return "";
}

TEST(TheOperationTable, RefusesOperationsAtTheSamePlace) {
  EXPECT_EQ(
      refusal({{"GET", "/t/{id}"}, {"GET", "/t/{track}"}, {"PUT", "/t/{track}"}}),
      "the resources cannot be served:\n"
      "\"demo.op1\" and \"demo.op0\" both match GET /t/{track}; give them different methods or"
      " paths\n");
}

TEST(TheOperationTable, RefusesMalformedPlaces) {
  using testing::HasSubstr;
  EXPECT_THAT(refusal({{"GET", "tracks"}}), HasSubstr("a path begins with \"/\""));
  EXPECT_THAT(refusal({{"FETCH", "/tracks"}}), HasSubstr("the method must be"));
  EXPECT_THAT(refusal({{"GET", "/tracks/{id"}}), HasSubstr("stands for a whole segment"));
  EXPECT_THAT(refusal({{"GET", "/tracks/x{id}"}}), HasSubstr("stands for a whole segment"));
  EXPECT_THAT(refusal({{"GET", "/tracks/{}"}}), HasSubstr("a parameter has a name"));
  EXPECT_THAT(refusal({{"GET", "/a b"}}), HasSubstr("must be escaped"));
}

}  // namespace
}  // namespace banyan::binding
