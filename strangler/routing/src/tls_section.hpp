// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/routing/toml_section.hpp"

namespace banyan::strangler {

/// Of a `[[proxy.tls]]` section all but `listen`.
ListenerTls read_listener_tls(Section& section);

/// `[upstreams.NAME.tls]`, all of it.
UpstreamTls read_upstream_tls(Section section);

}  // namespace banyan::strangler
