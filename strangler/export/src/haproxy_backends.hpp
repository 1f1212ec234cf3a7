// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/routing/configuration.hpp"

namespace banyan::strangler {

/// As one word of HAProxy's configuration, in quotes where it needs them.
std::string haproxy_word(std::string_view text);

/// "127.0.0.1:8080", "[::1]:8080", "unix@/run/shop.sock", as one word.
std::string haproxy_address(const Address& address);

/// "10s", "500ms".
std::string haproxy_time(std::chrono::milliseconds time);

/// A `backend` for each upstream group; what it cannot say is added to `differences`.
std::string haproxy_backends(const Configuration& configuration,
                             std::vector<std::string>& differences);

}  // namespace banyan::strangler
