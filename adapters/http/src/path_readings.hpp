// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace banyan::http {

/// Shows `holds` each other path that some server may read an irregular path as: with %2F, %5C or
/// "\" as a separator, ended by %00, with empty segments left out, with "." and ".." resolved, and
/// all of that together. False as soon as `holds` says so. `path` begins with "/" and has no query.
bool holds_for_every_reading(std::string_view path,
                             const std::function<bool(const std::string& reading)>& holds);

}  // namespace banyan::http
