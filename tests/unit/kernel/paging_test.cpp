// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/paging.hpp"

#include <gtest/gtest.h>

namespace banyan {
namespace {

constexpr PageBounds kBounds{.usual = 10, .most = 20};

Result<PageRequest> asked(std::optional<std::string> cursor,
                          std::optional<std::int64_t> limit = std::nullopt) {
  return page_request("shop", "records", kBounds, cursor, limit);
}

TEST(Paging, BeginsAtTheBeginningWithTheUsualLimit) {
  const auto page = asked({});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->after, "");
  EXPECT_EQ(page->limit, 10);
}

TEST(Paging, GoesOnAfterThePlaceInTheCursor) {
  for (const std::string position :
       {"rec_0001", "17", "", "1750000000000000 ord_1", "Wójcik, 銀座"}) {
    const auto page = asked(make_cursor("records", position), 20);
    ASSERT_TRUE(page) << position;
    EXPECT_EQ(page->after, position);
    EXPECT_EQ(page->limit, 20);
  }
}

TEST(Paging, RefusesCursorsThatTheListDidNotGiveOut) {
  const std::string good = make_cursor("records", "rec_0001");
  for (const std::string& cursor :
       {std::string(), std::string("?"), good + "A", good.substr(1), good + "=",
        make_cursor("albums", "alb_1"), make_cursor("records", std::string(600, 'x'))}) {
    const auto page = asked(cursor);
    ASSERT_FALSE(page) << cursor;
    EXPECT_EQ(page.error().rule, "shop.bad_cursor");
    EXPECT_EQ(page.error().code, ErrorCode::InvalidArgument);
  }
}

TEST(Paging, RefusesPlacesThatADatabaseCannotBeAskedFor) {
  for (const std::string_view place :
       {std::string_view("\0", 1), std::string_view("rec_\0", 5), std::string_view("\n"),
        std::string_view("\x7F"), std::string_view("\xFF"), std::string_view("\xC0\x80"),
        std::string_view("\xED\xA0\x80"), std::string_view("\xE9\x8A")}) {
    const auto page = asked(make_cursor("records", place));
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().rule, "shop.bad_cursor");
  }
}

TEST(Paging, RefusesLimitsOutOfBounds) {
  for (const std::int64_t limit : {-1, 0, 21}) {
    const auto page = asked({}, limit);
    ASSERT_FALSE(page) << limit;
    EXPECT_EQ(page.error().rule, "shop.bad_limit");
  }
}

}  // namespace
}  // namespace banyan
