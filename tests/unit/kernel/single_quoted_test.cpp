// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/single_quoted.hpp"

#include <gtest/gtest.h>

namespace banyan {
namespace {

TEST(AWordForAShell, IsQuotedWhateverIsInIt) {
  EXPECT_EQ(single_quoted("$HOME `id` \"x\""), "'$HOME `id` \"x\"'");
  EXPECT_EQ(single_quoted("it's"), R"('it'\''s')");
}

TEST(AWordForAShell, StaysAsItIsWhereNothingInItMeansAnything) {
  for (const char* plain : {"/etc/banyan.toml", "http://127.0.0.1:8080", "--config=a-b_c.toml",
                            "catalog,orders", "1.5+2"}) {
    EXPECT_EQ(shell_word(plain), plain);
  }
}

TEST(AWordForAShell, IsQuotedWhereAnythingInItDoes) {
  for (const char* word : {"", "a b", "a\nb", "#a", "~", "a{b,c}", "`id`", "!a", "[a]", "a%b",
                           "A=b", "a&b", "http://h/?a", "\xc3\xa4"}) {
    EXPECT_EQ(shell_word(word), single_quoted(word));
  }
}

}  // namespace
}  // namespace banyan
