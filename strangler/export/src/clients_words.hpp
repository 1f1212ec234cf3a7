// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/routing/configuration.hpp"

namespace banyan::strangler {

/// What only a trusted peer may say of a client (forwarding/client_words.hpp), in lower case, with
/// what `drop_fields` adds and without what `pass_fields` lets pass. An entry that ends in "*" is
/// the beginning of names.
std::vector<std::string> clients_words(const Configuration& configuration);

/// Beginnings of names that a name of `pass_fields` is one of: to be left out, they would have to
/// have exceptions.
std::vector<std::string> split_words(const Configuration& configuration);

}  // namespace banyan::strangler
