// SPDX-License-Identifier: Apache-2.0
#include "path_readings.hpp"

#include <vector>

#include "banyan/http/target_path.hpp"
#include "escape.hpp"

namespace banyan::http {
namespace {

// What a server may do with a path.
enum : unsigned {
  kSlash = 1,      // takes %2F for "/"
  kBackslash = 2,  // takes "\" and %5C for "/"
  kEnd = 4,        // takes %00 for the end
  kMerge = 8,      // leaves empty segments out
  kResolve = 16,   // goes by "." and ".." (RFC 3986 §5.2.4)
};

/// What of it makes a difference to this path.
unsigned possible(std::string_view path) {
  unsigned how = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\') how |= kBackslash;
    const auto byte = escaped_byte(path.substr(i));
    if (!byte) continue;
    if (*byte == '/') how |= kSlash;
    if (*byte == '\\') how |= kBackslash;
    if (*byte == 0) how |= kEnd;
  }
  // Dots and empty segments may come to light by the others.
  return how | kMerge | kResolve;
}

std::string with_separators(std::string_view path, unsigned how) {
  std::string out;
  out.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto byte = escaped_byte(path.substr(i));
    if (byte == 0 && (how & kEnd) != 0) return out;
    const bool separates = (byte == '/' && (how & kSlash) != 0) ||
                           ((byte == '\\' || path[i] == '\\') && (how & kBackslash) != 0);
    if (separates) {
      out += '/';
    } else {
      out.append(path.substr(i, byte ? 3 : 1));
    }
    if (byte) i += 2;
  }
  return out;
}

std::string with_segments(std::string_view path, unsigned how) {
  std::vector<std::string_view> segments;
  std::string_view rest = path.substr(1);
  for (bool last = false; !last;) {
    const std::size_t slash = rest.find('/');
    last = slash == std::string_view::npos;
    const std::string_view whole = rest.substr(0, slash);
    const std::string_view segment = whole.substr(0, whole.find(';'));
    if (!last) rest.remove_prefix(slash + 1);
    const bool up = (how & kResolve) != 0 && compare_segment(segment, "..") == 0;
    const bool here = (how & kResolve) != 0 && compare_segment(segment, ".") == 0;
    if (up && !segments.empty()) segments.pop_back();
    if (up || here) {
      if (last) segments.emplace_back();
    } else if (last || !segment.empty() || (how & kMerge) == 0) {
      segments.push_back(whole);
    }
  }
  std::string out;
  for (const std::string_view each : segments) out.append("/").append(each);
  return out;
}

}  // namespace

bool holds_for_every_reading(std::string_view path,
                             const std::function<bool(const std::string& reading)>& holds) {
  const unsigned all = possible(path);
  // Each part of the set, but for the empty one.
  for (unsigned how = all; how != 0; how = (how - 1) & all) {
    if (!holds(with_segments(with_separators(path, how), how))) return false;
  }
  return true;
}

}  // namespace banyan::http
