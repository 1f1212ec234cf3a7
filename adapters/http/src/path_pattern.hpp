// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/path_table.hpp"

namespace banyan::http {

/// The path of a route, cut up.
struct PathPattern {
  struct Segment {
    bool parameter = false;
    std::string text;  ///< the literal, decoded; of a parameter its name
  };
  PathKind kind = PathKind::Template;
  std::vector<Segment> segments;
};

/// The pattern, or what is wrong with it.
std::expected<PathPattern, std::string> parse_pattern(PathKind kind, std::string_view path);

}  // namespace banyan::http
