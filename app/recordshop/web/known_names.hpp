// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "orders/port.hpp"
#include "web/html.hpp"

/// The names of others in an order: orders' own copy of them, which may be a little old.
namespace recordshop::web {

/// The name; while it is not known, the id with a hint.
Html name_text(const orders::KnownName& name);

/// What an order is of, in a line: "River Song, Crossing the Meadow and 2 more".
Html tracks_text(const orders::OrderNames& names);

/// How old the names are, in words.
Html names_age(const std::optional<banyan::Timestamp>& complete_until);

}  // namespace recordshop::web
