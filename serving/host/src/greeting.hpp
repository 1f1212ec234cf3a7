// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "assembly.hpp"
#include "banyan/host/application.hpp"
#include "banyan/serving/served.hpp"
#include "banyan/serving/server.hpp"

namespace banyan::host {

/// The address at which clients come; without one an empty one.
serving::Server::Address address_for_clients(
    const std::vector<serving::Server::Address>& addresses);

/// What a program tells the people who started it, once: what runs where, what to open, what to
/// try.
std::string greeting_of(const Application& application, const Assembly& assembly,
                        const serving::Served& served,
                        const std::vector<serving::Server::Address>& addresses);

}  // namespace banyan::host
