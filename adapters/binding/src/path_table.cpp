// SPDX-License-Identifier: Apache-2.0
#include "binding/path_table.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "binding/percent.hpp"
#include "json/utf8.hpp"

namespace banyan::binding {
namespace {

using Segments = std::vector<std::string>;

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

bool is_name(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

std::string line_of(std::string_view method, const Segments& segments) {
  std::string line(method);
  line += ' ';
  if (segments.empty()) line += '/';
  for (const std::string& segment : segments) line += '/' + segment;
  return line;
}

std::string problem_with(const ResourcePath& at) {
  const std::string line = std::string(at.method) + ' ' + std::string(at.path);
  constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  if (std::ranges::find(kMethods, at.method) == std::end(kMethods)) {
    return "\"" + line + "\": the method must be GET, POST, PUT, PATCH or DELETE";
  }
  if (!at.path.starts_with('/')) return "\"" + line + "\": the path must begin with /";
  for (const std::string_view segment : path_segments(at.path)) {
    const bool braces = segment.find_first_of("{}") != std::string_view::npos;
    const bool parameter = segment.size() > 2 && segment.front() == '{' && segment.back() == '}' &&
                           is_name(segment.substr(1, segment.size() - 2));
    if (braces ? !parameter : percent_encode(segment) != segment || !fits_segment(segment)) {
      return "\"" + line + "\": \"" + std::string(segment) +
             "\" is neither a plain text nor a {parameter}";
    }
  }
  return {};
}

// Can one path match both?
bool meet(const Segments& left, const Segments& right) {
  return std::ranges::equal(left, right, [](const std::string& one, const std::string& other) {
    return is_parameter(one) || is_parameter(other) || one == other;
  });
}

// Is every path that `left` matches also matched by `right`, but not the other way round?
bool more_special(const Segments& left, const Segments& right) {
  bool narrower = false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (is_parameter(left[i]) && !is_parameter(right[i])) return false;
    narrower = narrower || (!is_parameter(left[i]) && is_parameter(right[i]));
  }
  return narrower;
}

std::size_t parameters(const Segments& segments) {
  return static_cast<std::size_t>(std::ranges::count_if(segments, is_parameter));
}

}  // namespace

std::vector<std::string_view> path_segments(std::string_view target) {
  target = target.substr(0, target.find('?'));
  std::vector<std::string_view> segments;
  if (target.starts_with('/')) target.remove_prefix(1);
  if (target.empty()) return segments;
  for (;;) {
    const std::size_t slash = target.find('/');
    segments.push_back(target.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    target.remove_prefix(slash + 1);
  }
}

bool fits_segment(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && std::ranges::none_of(text, [](char c) {
    return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

std::optional<std::string> decode_segment(std::string_view segment) {
  std::optional<std::string> text = percent_decode(segment);
  if (!text || !fits_segment(*text)) return std::nullopt;
  return text;
}

PathTable::PathTable(const std::vector<ResourcePath>& entries) {
  std::string problems;
  std::vector<Entry> parsed;
  for (const ResourcePath& at : entries) {
    if (const std::string problem = problem_with(at); !problem.empty()) problems += problem + '\n';
    Entry entry{std::string(at.method), {}};
    for (const std::string_view segment : path_segments(at.path)) {
      entry.segments.emplace_back(segment);
    }
    parsed.push_back(std::move(entry));
  }
  for (std::size_t i = 0; i < parsed.size(); ++i) {
    for (std::size_t j = i + 1; j < parsed.size(); ++j) {
      const Entry& one = parsed[i];
      const Entry& other = parsed[j];
      if (one.method != other.method || !meet(one.segments, other.segments)) continue;
      if (more_special(one.segments, other.segments) ||
          more_special(other.segments, one.segments)) {
        continue;
      }
      problems += "\"" + line_of(one.method, one.segments) + "\" and \"" +
                  line_of(other.method, other.segments) +
                  "\" match the same requests: give one of them another path\n";
    }
  }
  if (!problems.empty())
    throw std::invalid_argument("the resources cannot be served:\n" + problems);

  numbers_.resize(parsed.size());
  std::iota(numbers_.begin(), numbers_.end(), std::size_t{0});
  // Of two that match the same path, the more special has fewer parameters.
  std::ranges::stable_sort(numbers_, {},
                           [&](std::size_t i) { return parameters(parsed[i].segments); });
  for (const std::size_t number : numbers_) entries_.push_back(std::move(parsed[number]));
}

PathTable::Match PathTable::match(std::string_view method, std::string_view target) const {
  std::vector<std::string> segments;
  for (const std::string_view raw : path_segments(target)) {
    std::optional<std::string> text = decode_segment(raw);
    if (!text) {
      return {Match::Outcome::BadPath, 0,
              raw.empty() ? "the path has an empty segment (a double or trailing slash)"
                          : "the path segment \"" + json::repaired(raw) +
                                "\" is malformed or holds a character that cannot be in a segment"};
    }
    segments.push_back(std::move(*text));
  }
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  std::vector<std::string_view> allowed;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    const bool here = std::ranges::equal(entry.segments, segments,
                                         [](const std::string& own, const std::string& asked) {
                                           return is_parameter(own) || own == asked;
                                         });
    if (!here) continue;
    if (entry.method == wanted) return {Match::Outcome::Found, numbers_[i], {}};
    if (std::ranges::find(allowed, entry.method) == allowed.end()) allowed.push_back(entry.method);
  }
  if (allowed.empty()) return {Match::Outcome::NotFound, 0, {}};
  std::string allow;
  for (const std::string_view one : allowed) {
    if (!allow.empty()) allow += ", ";
    allow += one;
    if (one == "GET") allow += ", HEAD";
  }
  return {Match::Outcome::MethodNotAllowed, 0, std::move(allow)};
}

}  // namespace banyan::binding
