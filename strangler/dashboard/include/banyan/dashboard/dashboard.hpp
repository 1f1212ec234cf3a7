// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace banyan::strangler::dashboard {

/// A file of the page. Its text lives as long as the process.
struct File {
  std::string_view content_type;
  std::string_view text;
};

/// The file of that name below /_banyan/ ("" is the page itself, "traces" the one with waterfalls,
/// "catalogue" the one with all operations); nothing when there is none.
std::optional<File> file(std::string_view name);

/// What a browser may load for the page: only what comes from here.
inline constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace banyan::strangler::dashboard
