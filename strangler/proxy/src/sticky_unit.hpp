// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/endpoint.hpp"
#include "http/message.hpp"
#include "routing/configuration.hpp"

namespace banyan::strangler {

/// What stickiness goes by for this request: the first configured source that says something, and
/// the address in the end. A view into the head or the peer.
std::string_view sticky_unit(const http::RequestHead& head, const http::Endpoint& peer,
                             bool peer_trusted, const std::vector<StickyUnit>& sources);

}  // namespace banyan::strangler
