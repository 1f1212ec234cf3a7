// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "banyan/kernel/result.hpp"

namespace banyan {

/// What a list of items with quantities may be (an order, a reservation), and how whoever keeps it
/// speaks of it.
struct LineItemRules {
  std::string_view list;          ///< "an order"
  std::string_view item;          ///< the member that each line is about, e.g. "track"
  std::string_view bad_lines;     ///< the rule for their number, and for an item that stands twice
  std::string_view bad_quantity;  ///< the rule for a quantity
  std::size_t most_lines = 100;
  std::int64_t most_of_one = 1'000;
};

/// Refuses an empty list and one that is too long, an item that stands in two lines, and quantities
/// out of bounds: all that is wrong of one kind at once, each with its place below "/lines".
/// InvalidArgument. `item_of(line)` is ordered; a line has a `quantity`.
template <class Line, class ItemOf>
Result<void> check_line_items(const std::vector<Line>& lines, ItemOf item_of,
                              const LineItemRules& rules) {
  const auto from_one_to = [](auto most) { return "1 … " + std::to_string(most); };
  if (lines.empty() || lines.size() > rules.most_lines) {
    return fail(ErrorCode::InvalidArgument, std::string(rules.bad_lines),
                std::string(rules.list) + " has " + from_one_to(rules.most_lines) + " lines",
                {{"/lines", std::to_string(lines.size()) + " lines"}});
  }
  std::vector<Detail> twice;
  std::vector<Detail> quantities;
  std::set<std::remove_cvref_t<std::invoke_result_t<ItemOf, const Line&>>> seen;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string where = "/lines/" + std::to_string(i) + '/';
    if (!seen.insert(std::invoke(item_of, lines[i])).second) {
      twice.push_back(
          {where + std::string(rules.item), "stands in another line too; add the quantities up"});
    }
    if (lines[i].quantity < 1 || lines[i].quantity > rules.most_of_one) {
      quantities.push_back({where + "quantity", "expected " + from_one_to(rules.most_of_one)});
    }
  }
  if (!twice.empty()) {
    return fail(ErrorCode::InvalidArgument, std::string(rules.bad_lines),
                "each " + std::string(rules.item) + " stands once", std::move(twice));
  }
  if (!quantities.empty()) {
    return fail(ErrorCode::InvalidArgument, std::string(rules.bad_quantity),
                "a line is of " + from_one_to(rules.most_of_one) + " copies",
                std::move(quantities));
  }
  return {};
}

}  // namespace banyan
