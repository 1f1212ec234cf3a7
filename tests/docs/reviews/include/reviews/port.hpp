// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "banyan/kernel/port.hpp"
#include "catalog/ids.hpp"

/// What customers say about tracks.
namespace reviews {

struct Review {
  catalog::TrackId track;
  std::int64_t stars = 0;  ///< 1 … 5
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Review, (), (track, stars, text))

struct ReviewList {
  std::vector<Review> reviews;  ///< newest first
};
BOOST_DESCRIBE_STRUCT(ReviewList, (), (reviews))

struct ListReviews {
  catalog::TrackId track;
  using Response = ReviewList;
  static constexpr banyan::Operation operation{.name = "list_reviews",
                                               .errors = banyan::errors("reviews.unknown_track"),
                                               .summary = "The reviews of a track, newest first."};
};
BOOST_DESCRIBE_STRUCT(ListReviews, (), (track))

struct Reviews : banyan::Port<ListReviews> {
  static constexpr banyan::PortInfo port{.name = "reviews", .version = {1, 0}};
};

}  // namespace reviews
