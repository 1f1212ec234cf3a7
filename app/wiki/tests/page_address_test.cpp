// SPDX-License-Identifier: Apache-2.0
#include "dokuwiki/page_address.hpp"

#include <gtest/gtest.h>

namespace wiki::dokuwiki {
namespace {

TEST(PageAddress, SaysAPageAsTheWikiWritesIt) {
  EXPECT_EQ(page_asked_for("/_export/raw/notes"), "notes");
  EXPECT_EQ(page_asked_for("/_export/raw/Desk:Old%20Prices"), "desk:old_prices");
  EXPECT_EQ(page_asked_for("/_export/raw/%6Eotes"), "notes");
}

TEST(PageAddress, LeavesItToTheModuleWhatIsAName) {
  EXPECT_EQ(page_asked_for("/_export/raw/a+b"), "a+b");
  EXPECT_EQ(page_asked_for("/_export/raw/..%2Fsecret"), "../secret");
  EXPECT_EQ(page_asked_for("/_export/raw/gr%C3%BC%C3%9Fe"), "gr\u00FC\u00DFe");
  EXPECT_EQ(page_asked_for("/_export/raw/notes;v=1"), "notes;v=1");
}

TEST(PageAddress, IsNoneWithAQueryOrWithoutText) {
  EXPECT_EQ(page_asked_for("/_export/raw/notes?rev=1600000000"), std::nullopt);
  EXPECT_EQ(page_asked_for("/_export/raw/notes?"), std::nullopt);
  EXPECT_EQ(page_asked_for("/_export/raw/notes%2"), std::nullopt);
  EXPECT_EQ(page_asked_for("/_export/raw/%FF"), std::nullopt);
}

}  // namespace
}  // namespace wiki::dokuwiki
