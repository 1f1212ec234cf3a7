// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wiki::dokuwiki {

/// Where the wiki answers the source of a page.
inline constexpr std::string_view kPageSource = "/_export/raw/{page}";

/// Which page a target of that form asks for, written as the wiki writes names: "Old Prices" is
/// "old_prices". May be the name of none. Nothing where it says more than a name: a query may ask
/// for an older revision.
std::optional<std::string> page_asked_for(std::string_view target);

}  // namespace wiki::dokuwiki
