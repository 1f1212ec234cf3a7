// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/resources.hpp"

namespace banyan::binding {

/// Finds the entry of a request by its method and its path, segment by segment. A segment of a
/// template is a text or "{name}", which stands for one segment that is not empty. Where two
/// templates match, the one with texts instead of parameters wins ("/tracks/new" before
/// "/tracks/{id}"). HEAD goes where GET goes.
class PathTable {
 public:
  /// The entry's number is its place in the list. Throws std::invalid_argument, with every problem
  /// on a line of its own, for malformed templates and for two that match the same request with
  /// neither being the more special.
  explicit PathTable(const std::vector<ResourcePath>& entries);

  struct Match {
    enum class Outcome : std::uint8_t { Found, NotFound, MethodNotAllowed, BadPath };
    Outcome outcome = Outcome::NotFound;
    std::size_t entry = 0;  ///< for Found
    std::string detail;     ///< MethodNotAllowed: the Allow header. BadPath: what is wrong
  };
  /// `target` is the request target in origin form, with or without a query.
  Match match(std::string_view method, std::string_view target) const;

 private:
  struct Entry {
    std::string method;
    std::vector<std::string> segments;  ///< "{name}" or the text itself
  };
  std::vector<Entry> entries_;  ///< the more special before the more general
  std::vector<std::size_t> numbers_;
};

/// "/orders/{id}?x=1" -> the raw segments, without the query. "/" has none.
std::vector<std::string_view> path_segments(std::string_view target);

/// What a path segment stands for: %XX decoded once. Nothing when an escape is malformed, or when
/// the text is empty, ".", "..", not UTF-8, or has a '/', a '\\' or a control character, which
/// somebody on the way could read otherwise.
std::optional<std::string> decode_segment(std::string_view segment);
bool fits_segment(std::string_view text);

}  // namespace banyan::binding
