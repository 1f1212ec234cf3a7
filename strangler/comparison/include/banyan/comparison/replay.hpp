// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace banyan::strangler {

/// What somebody says of a request that an example does not have (see HiddenOfRequest), for this
/// once: it is in no example, no log and no answer afterwards.
struct ReplayWords {
  std::string target;  ///< whole; "": as it is kept
  std::vector<std::pair<std::string, std::string>> fields;
  std::optional<std::string> body;
  /// In place of the target: one text for each "…" of it, in its order, as whoever fills in a form
  /// says it. Of these, and of all else, a refusal then says where it stands: its details are
  /// places in a document with the members "parts" (a list), "headers" (by name) and "body".
  std::optional<std::vector<std::string>> parts{};
};

/// An example that is to be asked again. Views only.
struct AskedAgain {
  std::string_view name;  ///< for messages: "catalog:3"
  const ReplayWords& words;
  std::string_view route;  ///< of its operation, "/albums/{id}"
};

}  // namespace banyan::strangler
