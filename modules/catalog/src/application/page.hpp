// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/paging.hpp"

namespace catalog {

/// `entries` was asked for with one more than the page has: takes that one off and, because it was
/// there, answers with the cursor of the next page.
template <class Entry>
std::optional<std::string> cut_to_page(std::string_view list, const banyan::PageRequest& page,
                                       std::vector<Entry>& entries) {
  if (std::cmp_less_equal(entries.size(), page.limit)) return std::nullopt;
  entries.pop_back();
  return banyan::make_cursor(list, entries.back().id.str());
}

}  // namespace catalog
