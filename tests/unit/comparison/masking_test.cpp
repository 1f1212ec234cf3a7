// SPDX-License-Identifier: Apache-2.0
#include "masking.hpp"

#include <gtest/gtest.h>

#include "answers.hpp"

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

TEST(Masking, KeepsOfATargetWhatARouteCouldHave) {
  bool masked = false;
  EXPECT_EQ(mask_target("/albums/by-artist?limit=20", masked), "/albums/by-artist?limit=20");
  EXPECT_FALSE(masked);
  EXPECT_EQ(mask_target("/customers/Ada%20L?mail=ada@example.com&limit=2", masked),
            "/customers/Aaa%99A?mail=aaa@aaaaaaa.aaa&limit=2");
  EXPECT_TRUE(masked);
}

}  // namespace
}  // namespace banyan::strangler
