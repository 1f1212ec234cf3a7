// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/host/parties.hpp"

namespace recordshop {

/// A secret that is shared with an outside party, and where it stands.
struct SharedSecret {
  std::string_view option;      ///< names the file: "payment-secret-file"
  std::string_view party;       ///< names the party's address: "payment-provider"
  std::string_view simulators;  ///< what the simulator has, and everybody knows
};

/// The first line of the file. Without one the simulator's, for trying out, which only a party on
/// this machine is trusted with. std::runtime_error with the next step where there is none.
std::string secret_of(const SharedSecret& secret, const banyan::host::OwnValues& options,
                      const std::string& host);

/// "localhost", 127.0.0.0/8 and ::1.
bool is_this_machine(std::string_view host);

}  // namespace recordshop
