// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "web/composer.hpp"
#include "web/visit.hpp"

namespace recordshop::web {

/// What has to be looked up for a basket, all at once.
struct BasketView {
  std::map<catalog::TrackId, catalog::Track> tracks;
  std::map<catalog::TrackId, std::int64_t> available;  ///< of those that the warehouse has told of
  bool catalogue = true;                               ///< was reached
  bool on_invoice = true;                              ///< as far as customers has told
};

BasketView look_up(Modules& modules, const Visit& visit);

}  // namespace recordshop::web
