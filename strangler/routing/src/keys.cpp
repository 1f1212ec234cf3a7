// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/keys.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "banyan/kernel/in_quotes.hpp"
#include "banyan/kernel/listed.hpp"
#include "key_sections.hpp"

namespace banyan::strangler {
namespace {

using enum KeyKind;

std::vector<KeySection> all_sections() {
  std::vector<KeySection> all;
  for (const auto& part : {sections_of_process(), sections_of_upstreams(), sections_of_rollouts(),
                           sections_of_routes()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

/// "a" (meaning), "b" or "c".
std::string all_choices(std::span<const KeyChoice> choices) {
  std::vector<std::string> words;
  for (const KeyChoice& each : choices) {
    words.push_back(in_quotes(each.value));
    if (!each.meaning.empty()) words.back().append(" (").append(each.meaning).append(")");
  }
  return listed(words, "or");
}

}  // namespace

std::span<const KeySection> key_sections() {
  static const std::vector<KeySection> all = all_sections();
  return all;
}

std::span<const Key> keys_of(std::string_view section) {
  const std::span<const KeySection> all = key_sections();
  const auto found = std::ranges::find(all, section, &KeySection::name);
  if (found == all.end()) {
    throw std::logic_error("no keys are declared for " + std::string(section));
  }
  return found->keys;
}

std::string time_text(std::uint64_t milliseconds) {
  if (milliseconds % 60'000 == 0) return std::to_string(milliseconds / 60'000) + 'm';
  if (milliseconds % 1'000 == 0) return std::to_string(milliseconds / 1'000) + 's';
  return std::to_string(milliseconds) + "ms";
}

std::string longest_text(std::uint64_t milliseconds) {
  constexpr std::uint64_t kHour = 3'600'000;
  // "60m" is as good as "1h", and what files have said for long.
  if (milliseconds > kHour && milliseconds % (24 * kHour) == 0) {
    return std::to_string(milliseconds / (24 * kHour)) + 'd';
  }
  if (milliseconds > kHour && milliseconds % kHour == 0) {
    return std::to_string(milliseconds / kHour) + 'h';
  }
  return time_text(milliseconds);
}

std::string expected_of(const Key& key) {
  const std::string example(key.example);
  const std::string from = std::to_string(key.least) + " to " + std::to_string(key.most);
  switch (key.kind) {
    case Flag: return "true or false";
    case Number: return "an integer from " + from;
    case Size: return "a number of bytes from " + from + R"(, or a text such as "64KiB" or "1GiB")";
    case Time:
      return "a time from 1ms to " + longest_text(key.most) +
             (key.most > 3'600'000 ? R"( such as "30s", "10m", "2h" or "1d")"
                                   : R"( such as "500ms", "10s" or "2m")");
    case Share: return R"(a percentage in quotes, such as "25%")";
    case Choice: return all_choices(key.choices);
    case Text: return "a text in quotes";
    case Texts:
    case List: return "a list such as " + example;
    case Table: return "a table such as " + example;
    case Tables: return example.starts_with("[[") ? example : "a list such as " + example;
  }
  return example;
}

}  // namespace banyan::strangler
