// SPDX-License-Identifier: Apache-2.0
#include "json/suggestion.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace banyan::json {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kMostListed = 12;

// "trackId", "TRACK_ID" and "track-id" are the same name to a person.
std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == ' ') continue;
    text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

// Levenshtein.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t substituted = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view name,
                                        const std::vector<std::string_view>& known) {
  if (name.size() > kLongestName) return std::nullopt;
  const std::string wanted = plain(name);
  std::optional<std::string_view> best;
  std::size_t best_distance = wanted.size() / 3 + 1;
  for (const std::string_view candidate : known) {
    const std::size_t apart = distance(wanted, plain(candidate));
    if (apart < best_distance || (apart == best_distance && !best && apart <= 2)) {
      best = candidate;
      best_distance = apart;
    }
  }
  return best;
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == kMostListed) return text + ", …";
    if (i > 0) text += ", ";
    text += names[i];
  }
  return text;
}

}  // namespace banyan::json
