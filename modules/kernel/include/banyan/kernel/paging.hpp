// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/kernel/limits.hpp"
#include "banyan/kernel/result.hpp"

/// Lists are given out a page at a time. A cursor is the place where the next page begins, in a
/// form that nobody is tempted to build or to read: it may change with every version.
namespace banyan {

/// The cursor for what comes after `position` in the list of that name: one line of UTF-8, such as
/// an id. A list of what people have named goes on by ids, too.
std::string make_cursor(std::string_view list, std::string_view position);

/// The position; nothing when `cursor` is damaged, belongs to another list, or holds what is no
/// line of UTF-8. Anybody can make one that is neither: what comes out may be asked a database for,
/// and need not be of the form that the list gives out.
std::optional<std::string> position_of(std::string_view list, std::string_view cursor);

struct PageBounds {
  std::int64_t usual;  ///< the limit for those who name none
  std::int64_t most;
};

/// For the `limits` of an operation that lists: its optional field `limit`, which page_request()
/// checks.
constexpr Limit page_limit(PageBounds bounds) {
  return {.field = "limit",
          .min = 1,
          .max = bounds.most,
          .usual = bounds.usual,
          .refused_by_module = true};
}

struct PageRequest {
  std::string after;  ///< the position that the page before ended with; "" for the first
  std::int64_t limit = 0;
};

/// What a caller's cursor and limit come to. InvalidArgument "<module>.bad_cursor" and
/// "<module>.bad_limit" otherwise.
Result<PageRequest> page_request(std::string_view module, std::string_view list, PageBounds bounds,
                                 const std::optional<std::string>& cursor,
                                 const std::optional<std::int64_t>& limit);

}  // namespace banyan
