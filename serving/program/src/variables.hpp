// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace banyan::program {

/// "banyan-proxy" -> "BANYAN_PROXY_": what the variables of a program begin with.
std::string prefix_of(std::string_view program);

/// Whether a variable is one of those by which Kubernetes tells each container where a service is.
/// They have the names of a program's options where the service has the name of the program:
/// SHOP_PORT=tcp://10.0.0.1:80, SHOP_SERVICE_HOST, SHOP_PORT_80_TCP_ADDR. `rest` is what follows
/// the prefix.
bool is_service_link(std::string_view rest, std::string_view value);

}  // namespace banyan::program
