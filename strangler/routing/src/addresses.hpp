// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "banyan/routing/toml_section.hpp"

namespace banyan::strangler {

/// `listen` of [proxy] or [[proxy.tls]]: addresses and Unix sockets, each as a text or as a table.
/// None of them may be in `others`.
std::vector<ListenPoint> read_listen(Section& section, const std::vector<ListenPoint>& others = {});

/// `operators` of [proxy]. Whoever reaches it moves traffic, so it must be this machine's alone.
std::optional<Address> read_operators(Section& section, const std::vector<ListenPoint>& listen);

/// `instances` of [upstreams.NAME]: names, addresses and Unix sockets.
std::vector<Address> read_instances(Section& section);

}  // namespace banyan::strangler
