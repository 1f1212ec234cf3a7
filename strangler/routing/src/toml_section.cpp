// SPDX-License-Identifier: Apache-2.0
#include "toml_section.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "stages/suggestion.hpp"

namespace banyan::strangler {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// A whole number directly followed by one of the units.
template <std::size_t N>
std::optional<std::uint64_t> measure(std::string_view text, const std::array<Unit, N>& units) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const Unit& each : units) {
    if (unit == each.name && value <= UINT64_MAX / each.factor) return value * each.factor;
  }
  return std::nullopt;
}

constexpr std::array<Unit, 3> kDurations = {{{"ms", 1}, {"s", 1'000}, {"m", 60'000}}};
constexpr std::array<Unit, 4> kSizes = {
    {{"B", 1}, {"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024 * 1024 * 1024}}};

std::string duration_text(std::chrono::milliseconds time) {
  if (time.count() % 60'000 == 0) return std::to_string(time.count() / 60'000) + 'm';
  if (time.count() % 1'000 == 0) return std::to_string(time.count() / 1'000) + 's';
  return std::to_string(time.count()) + "ms";
}

bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

}  // namespace

void FileProblems::add(Place place, std::string_view message) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string line;
  for (const char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      line += c;
    } else {
      line.append("\\u00");
      line += kHex[byte >> 4U];
      line += kHex[byte & 15U];
    }
  }
  problems_.push_back({file_, place, std::move(line)});
}

std::vector<FileProblem> FileProblems::take() && {
  std::ranges::stable_sort(problems_, {}, [](const FileProblem& problem) {
    return std::pair(problem.place.line, problem.place.column);
  });
  return std::move(problems_);
}

Place place_of(const toml::source_region& region) {
  return {static_cast<std::uint32_t>(region.begin.line),
          static_cast<std::uint32_t>(region.begin.column)};
}

Place place_of(const toml::node& node) { return place_of(node.source()); }

void check_name(Section& section, const std::string& name, std::string_view what) {
  if (is_plain_name(name)) return;
  section.problem(section.place(),
                  '"' + name + "\" cannot be the name of " + std::string(what) +
                      ": up to 64 lower-case letters, digits, \"-\" and \"_\", beginning with a "
                      "letter");
}

std::string kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a text";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a fraction";
    case toml::node_type::boolean: return "a boolean";
    default: return "a date or time";
  }
}

Section::Section(const toml::table& table, std::string name, Place place, FileProblems& problems)
    : table_(table), name_(std::move(name)), place_(place), problems_(problems) {}

Place Section::place(std::string_view key) const {
  for (const auto& [each, node] : table_) {
    if (each.str() == key) return place_of(each.source());
  }
  return place_;
}

const toml::node* Section::ask(std::string_view key) {
  asked_.emplace_back(key);
  return table_.get(key);
}

void Section::wrong_type(const toml::node& node, std::string_view key, std::string_view expected) {
  problems_.add(place_of(node),
                std::string(key) + " is " + kind_of(node) + ", expected " + std::string(expected));
}

std::optional<PlacedText> Section::text(std::string_view key) {
  const toml::node* node = ask(key);
  if (node == nullptr) return std::nullopt;
  const auto* text = node->as_string();
  if (text == nullptr) {
    wrong_type(*node, key, "a text in quotes");
    return std::nullopt;
  }
  if (text->get().empty()) {
    problems_.add(place_of(*node), std::string(key) + " is empty");
    return std::nullopt;
  }
  return PlacedText{text->get(), place_of(*node)};
}

std::optional<PlacedText> Section::required_text(std::string_view key, std::string_view example) {
  if (!table_.contains(key)) {
    problems_.add(place_, name_ + " lacks " + std::string(key) + ", such as " + std::string(key) +
                              " = " + std::string(example));
    asked_.emplace_back(key);
    return std::nullopt;
  }
  return text(key);
}

const toml::array* Section::list(std::string_view key, std::string_view example) {
  const toml::node* node = ask(key);
  if (node == nullptr) return nullptr;
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    wrong_type(*node, key, "a list such as " + std::string(example));
    return nullptr;
  }
  if (list->empty()) {
    problems_.add(
        place_of(*node),
        std::string(key) + " is empty, expected at least one entry, as in " + std::string(example));
    return nullptr;
  }
  return list;
}

const toml::table* Section::table(std::string_view key, std::string_view example) {
  const toml::node* node = ask(key);
  if (node == nullptr) return nullptr;
  if (const toml::table* table = node->as_table()) return table;
  wrong_type(*node, key, "a table such as " + std::string(example));
  return nullptr;
}

std::optional<std::vector<PlacedText>> Section::texts(std::string_view key,
                                                      std::string_view example) {
  const toml::array* entries = list(key, example);
  if (entries == nullptr) return std::nullopt;
  std::vector<PlacedText> texts;
  for (const toml::node& each : *entries) {
    if (const auto* text = each.as_string()) {
      texts.push_back({text->get(), place_of(each)});
    } else {
      wrong_type(each, "an entry of " + std::string(key), "a text in quotes");
    }
  }
  return texts;
}

void Section::number(std::string_view key, std::uint32_t& value, std::uint32_t least,
                     std::uint32_t most) {
  const toml::node* node = ask(key);
  if (node == nullptr) return;
  const std::string expected =
      "an integer from " + std::to_string(least) + " to " + std::to_string(most);
  const auto* number = node->as_integer();
  if (number == nullptr) return wrong_type(*node, key, expected);
  if (number->get() < least || number->get() > most) {
    problems_.add(place_of(*node), std::string(key) + " is " + std::to_string(number->get()) +
                                       ", expected " + expected);
    return;
  }
  value = static_cast<std::uint32_t>(number->get());
}

void Section::flag(std::string_view key, bool& value) {
  const toml::node* node = ask(key);
  if (node == nullptr) return;
  const auto* flag = node->as_boolean();
  if (flag == nullptr) return wrong_type(*node, key, "true or false");
  value = flag->get();
}

void Section::duration(std::string_view key, std::chrono::milliseconds& value,
                       std::chrono::milliseconds most) {
  const toml::node* node = ask(key);
  if (node == nullptr) return;
  const std::string expected =
      "a time from 1ms to " + duration_text(most) + R"( such as "500ms", "10s" or "2m")";
  const auto* text = node->as_string();
  if (text == nullptr) return wrong_type(*node, key, expected);
  const auto milliseconds = measure(text->get(), kDurations);
  if (!milliseconds || *milliseconds == 0 ||
      *milliseconds > static_cast<std::uint64_t>(most.count())) {
    problems_.add(place_of(*node),
                  std::string(key) + " is \"" + text->get() + "\", expected " + expected);
    return;
  }
  value = std::chrono::milliseconds(static_cast<std::int64_t>(*milliseconds));
}

void Section::size(std::string_view key, std::uint64_t& value, std::uint64_t least,
                   std::uint64_t most) {
  const toml::node* node = ask(key);
  if (node == nullptr) return;
  const std::string expected = "a number of bytes from " + std::to_string(least) + " to " +
                               std::to_string(most) + R"(, or a text such as "64KiB" or "1GiB")";
  std::optional<std::uint64_t> bytes;
  std::string written;
  if (const auto* number = node->as_integer()) {
    written = std::to_string(number->get());
    if (number->get() >= 0) bytes = static_cast<std::uint64_t>(number->get());
  } else if (const auto* text = node->as_string()) {
    written = '"' + text->get() + '"';
    bytes = measure(text->get(), kSizes);
  } else {
    return wrong_type(*node, key, expected);
  }
  if (!bytes || *bytes < least || *bytes > most) {
    problems_.add(place_of(*node), std::string(key) + " is " + written + ", expected " + expected);
    return;
  }
  value = *bytes;
}

std::vector<const toml::table*> Section::list_of_tables(std::string_view key,
                                                        std::string_view expected) {
  const toml::node* node = ask(key);
  if (node == nullptr) return {};
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    wrong_type(*node, key, expected);
    return {};
  }
  if (list->empty()) {
    problems_.add(place_of(*node),
                  std::string(key) + " is empty, expected " + std::string(expected));
  }
  std::vector<const toml::table*> tables;
  for (const toml::node& each : *list) {
    if (const toml::table* entry = each.as_table()) {
      tables.push_back(entry);
    } else {
      wrong_type(each, "an entry of " + std::string(key), expected);
    }
  }
  return tables;
}

std::vector<std::pair<std::string, const toml::table*>> Section::tables() const {
  std::vector<std::pair<std::string, const toml::table*>> tables;
  for (const auto& [key, node] : table_) {
    if (const toml::table* table = node.as_table()) {
      tables.emplace_back(key.str(), table);
    } else {
      problems_.add(place_of(node), std::string(key.str()) + " is " + kind_of(node) +
                                        ", expected a table " + name_.substr(0, name_.size() - 1) +
                                        '.' + std::string(key.str()) + ']');
    }
  }
  return tables;
}

void Section::finish() {
  for (const auto& [key, node] : table_) {
    const std::string word(key.str());
    if (std::ranges::find(asked_, word) != asked_.end()) continue;
    problems_.add(place_of(key.source()),
                  "unknown key \"" + word + "\" in " + name_ + '.' + suggestion(word, asked_));
  }
}

}  // namespace banyan::strangler
