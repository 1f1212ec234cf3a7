// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace banyan::http {

/// Whether only this machine can call the address: "localhost", ::1, 127.x.y.z.
bool is_loopback(std::string_view address);

/// Whether a Host field, with or without a port, names this very machine. A page of some other site
/// whose name was made to point here cannot say so (DNS rebinding).
bool names_loopback(std::string_view host_field);

}  // namespace banyan::http
