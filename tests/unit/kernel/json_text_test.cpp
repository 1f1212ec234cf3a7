// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/json_text.hpp"

#include <gtest/gtest.h>

namespace banyan {
namespace {

std::string ascii(std::string_view text) {
  std::string out;
  append_json_ascii(out, text);
  return out;
}

TEST(JsonText, EscapesWhatMustBeAndNothingElse) {
  EXPECT_EQ(json_string("plain / text"), R"("plain / text")");
  EXPECT_EQ(json_string("a \"b\" \\ c"), R"("a \"b\" \\ c")");
  EXPECT_EQ(json_string("line\nnext\ttab\r"), R"("line\nnext\ttab\r")");
  EXPECT_EQ(json_string(std::string_view("\0\x1f", 2)), R"("\u0000\u001f")");
  EXPECT_EQ(json_string(""), R"("")");
}

TEST(JsonText, LeavesUtf8AsItIs) { EXPECT_EQ(json_string("Bjørk — ☃"), "\"Bjørk — ☃\""); }

TEST(JsonText, TellsBytesOfUnknownTextByTheirNumber) {
  EXPECT_EQ(ascii("a\xff\x7f\"z"), R"(a\u00ff\u007f\"z)");
  EXPECT_EQ(ascii("\n"), R"(\n)");
}

}  // namespace
}  // namespace banyan
