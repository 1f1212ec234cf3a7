// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/routing/configuration.hpp"

namespace banyan::strangler {

/// As one word of nginx's configuration, in double quotes.
std::string nginx_word(std::string_view text);

/// "127.0.0.1:8080", "[::1]:8080", "unix:/run/shop.sock".
std::string nginx_address(const Address& address);

/// "10s", "500ms".
std::string nginx_time(std::chrono::milliseconds time);

/// `map SOURCE $NAME { … }` with a line for each entry, aligned; a first of "#" is a comment.
using MapEntries = std::vector<std::pair<std::string, std::string>>;
std::string nginx_map(std::string_view source, std::string_view name, const MapEntries& entries);

/// An `upstream` for each upstream group; what it cannot say is added to `differences`.
std::string nginx_upstreams(const Configuration& configuration,
                            std::vector<std::string>& differences);

/// The maps that find the key of stickiness, ending in $banyan_key.
std::string nginx_key(const Configuration& configuration, std::vector<std::string>& differences);

}  // namespace banyan::strangler
