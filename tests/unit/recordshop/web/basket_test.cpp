// SPDX-License-Identifier: Apache-2.0
#include "web/basket.hpp"

#include <gmock/gmock.h>

#include "banyan/kernel/random.hpp"
#include "web/cover.hpp"

namespace recordshop::web {
namespace {

using catalog::TrackId;
using testing::ElementsAre;
using testing::IsEmpty;

TrackId track(std::uint64_t number) {
  banyan::SeededRandom random(number);
  return TrackId::make({1'700'000'000'000'000}, random);
}

TEST(Basket, KeepsItsLinesInACookie) {
  Basket basket;
  basket.add(track(1), 2);
  basket.add(track(2), 1);
  basket.add(track(1), 3);
  EXPECT_THAT(basket.lines(), ElementsAre(Basket::Line{track(1), 5}, Basket::Line{track(2), 1}));
  EXPECT_EQ(basket.copies(), 6);
  EXPECT_EQ(Basket::from(basket.cookie()), basket);
  EXPECT_EQ(Basket::from("").copies(), 0);
}

TEST(Basket, HasTheKeyOfItsOrderInItsCookie) {
  Basket basket;
  basket.add(track(1), 2);
  EXPECT_EQ(Basket::from(basket.cookie()).order_key(), "") << "as in cookies of versions before";
  basket.order_by("web-0123456789abcdef0123456789abcdef");
  EXPECT_EQ(Basket::from(basket.cookie()), basket);
  for (const char* const no_key :
       {"web-", "web-0123456789ABCDEF0123456789ABCDEF", "web-0123456789abcdef0123456789abcdef0",
        "0123456789abcdef0123456789abcdef0123", "web-0123456789abcdef\"123456789abcdef"}) {
    EXPECT_EQ(Basket::from(no_key).order_key(), "") << no_key;
  }
}

TEST(Basket, LosesALineOfNoCopies) {
  Basket basket;
  basket.add(track(1), 2);
  basket.set(track(1), 7);
  EXPECT_THAT(basket.lines(), ElementsAre(Basket::Line{track(1), 7}));
  basket.set(track(2), 1);
  basket.set(track(1), 0);
  EXPECT_THAT(basket.lines(), IsEmpty());
}

TEST(Basket, HoldsNoMoreThanACookieCan) {
  Basket basket;
  for (std::uint64_t number = 1; number <= Basket::kMostLines; ++number) {
    EXPECT_TRUE(basket.add(track(number), 1'000'000));
  }
  EXPECT_FALSE(basket.add(track(1'000), 1));
  EXPECT_TRUE(basket.add(track(1), INT64_MAX)) << "there is room for more of what is in it";
  EXPECT_EQ(basket.lines().front().copies, Basket::kMostCopies);
  EXPECT_LT(basket.cookie().size(), 2'500U);
}

TEST(Basket, TakesNothingOfACookieThatIsNoLine) {
  const std::string good = track(1).str().substr(4) + "*2";
  for (const std::string& cookie :
       {std::string("x"), std::string("*1"), std::string("..*."), good.substr(0, 32),
        track(1).str().substr(4) + "*-3", track(1).str().substr(4) + "*x",
        track(1).str().substr(4) + "*99999999999999999999"}) {
    EXPECT_THAT(Basket::from(cookie).lines(), IsEmpty()) << cookie;
    EXPECT_EQ(Basket::from(cookie + "." + good).copies(), 2) << cookie;
  }
}

TEST(Cover, IsTheSameForTheSameAlbumAndAnotherForAnother) {
  banyan::SeededRandom random(1);
  const auto one = catalog::AlbumId::make({1}, random);
  const auto other = catalog::AlbumId::make({1}, random);
  EXPECT_EQ(cover_of(one), cover_of(one));
  EXPECT_NE(cover_of(one), cover_of(other));
  EXPECT_TRUE(cover_of(one).ends_with("</svg>"));
}

}  // namespace
}  // namespace recordshop::web
