// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <string>

#include "banyan/kernel/event.hpp"
#include "catalog/ids.hpp"

/// What the catalogue tells others.
namespace catalog {

struct TrackRetitled {
  TrackId track;
  std::string title;  ///< from now on
  static constexpr banyan::EventInfo event{.name = "track_retitled",
                                           .version = 1,
                                           .summary = "A track has another title.",
                                           .key = "track"};
};
BOOST_DESCRIBE_STRUCT(TrackRetitled, (), (track, title))

using Published = banyan::Events<TrackRetitled>;

}  // namespace catalog
