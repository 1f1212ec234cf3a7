// SPDX-License-Identifier: Apache-2.0
#include "path_pattern.hpp"

#include <algorithm>

#include "banyan/http/target_path.hpp"
#include "banyan/kernel/in_quotes.hpp"

namespace banyan::http {
namespace {

using std::unexpected;

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::expected<PathPattern::Segment, std::string> parse_segment(std::string_view text) {
  const std::string quoted = in_quotes(text);
  if (text.find_first_of("{}") != std::string_view::npos) {
    const bool whole = text.starts_with('{') && text.ends_with('}') && text.size() >= 2;
    const std::string_view name = whole ? text.substr(1, text.size() - 2) : text;
    if (!whole || name.find_first_of("{}") != std::string_view::npos) {
      return unexpected("a parameter stands for a whole segment, and " + quoted +
                        " is more than one");
    }
    if (!is_name(name)) {
      return unexpected("a parameter has a name of letters, digits and \"_\", and " + quoted +
                        " has not");
    }
    return PathPattern::Segment{true, std::string(name)};
  }
  if (text == "." || text == "..") return unexpected("a route cannot have a segment " + quoted);
  if (text.find('*') != std::string_view::npos) {
    return unexpected(
        "\"*\" has no meaning here; \"prefix\" matches everything below a path, and "
        "\"{name}\" matches one segment");
  }
  if (text.find('%') != std::string_view::npos) {
    return unexpected("a route is written without escapes: put the character itself instead of " +
                      quoted);
  }
  const bool control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (control || text.find_first_of("?#;\\") != std::string_view::npos) {
    return unexpected("a path has no query, fragment, parameters or backslash, and " + quoted +
                      " has");
  }
  return PathPattern::Segment{false, std::string(text)};
}

}  // namespace

std::expected<PathPattern, std::string> parse_pattern(PathKind kind, std::string_view path) {
  if (!path.starts_with('/')) return unexpected(std::string("a path begins with \"/\""));
  PathPattern pattern{kind, {}};
  if (kind == PathKind::Prefix) {
    if (path == "/") return pattern;
    if (path.ends_with('/')) {
      return unexpected("a prefix is whole segments: write \"" +
                        std::string(path.substr(0, path.size() - 1)) + "\" without the last \"/\"");
    }
  }
  std::string_view rest = path.substr(1);
  while (true) {
    const std::size_t slash = rest.find('/');
    const bool last = slash == std::string_view::npos;
    const std::string_view text = rest.substr(0, slash);
    if (text.empty() && !last)
      return unexpected(std::string("a path has no empty segment (\"//\")"));
    auto segment = parse_segment(text);
    if (!segment) return unexpected(std::move(segment.error()));
    const bool again =
        segment->parameter &&
        std::ranges::any_of(pattern.segments, [&](const PathPattern::Segment& earlier) {
          return earlier.parameter && earlier.text == segment->text;
        });
    if (again) return unexpected("the parameter {" + segment->text + "} is there twice");
    pattern.segments.push_back(std::move(*segment));
    if (pattern.segments.size() > TargetPath::kMaxSegments) {
      return unexpected("a path has at most " + std::to_string(TargetPath::kMaxSegments) +
                        " segments");
    }
    if (last) return pattern;
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace banyan::http
