// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/toml_section.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "banyan/json/utf8.hpp"
#include "banyan/kernel/in_quotes.hpp"
#include "banyan/kernel/json_text.hpp"
#include "banyan/kernel/nearest.hpp"
#include "banyan/kernel/whole_file.hpp"
#include "banyan/stages/suggestion.hpp"

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

constexpr std::array<Unit, 5> kDurations = {
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<Unit, 4> kSizes = {
    {{"B", 1}, {"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024 * 1024 * 1024}}};

bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

/// Where the first byte is that is not UTF-8. The TOML reader takes some at a time, and knows only
/// about where.
std::optional<FileLocation> not_utf8(std::string_view text) {
  FileLocation location{1, 1};
  while (!text.empty()) {
    const std::size_t length = json::utf8_length(text);
    if (length == 0) return location;
    ++location.column;
    if (text.front() == '\n') location = {location.line + 1, 1};
    text.remove_prefix(length);
  }
  return std::nullopt;
}

/// A text that is not closed ends, to the TOML reader, behind the last line feed: of that line
/// an editor knows only what is before it.
FileLocation inside(std::string_view text, FileLocation location) {
  for (std::uint32_t line = 1; line < location.line; ++line) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  const auto size = static_cast<std::uint32_t>(std::min(text.find('\n'), text.size()));
  return {location.line, std::min(location.column, size + 1)};
}

}  // namespace

void FileProblems::add(FileLocation location, std::string_view message) {
  std::string line;
  for (const char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      line += c;
    } else {
      append_json_escape(line, c);
    }
  }
  problems_.push_back({file_, location, std::move(line)});
}

std::vector<FileProblem> FileProblems::take() && {
  std::ranges::stable_sort(problems_, {}, [](const FileProblem& problem) {
    return std::pair(problem.location.line, problem.location.column);
  });
  return std::move(problems_);
}

FileLocation location_of(const toml::source_region& region) {
  return {static_cast<std::uint32_t>(region.begin.line),
          static_cast<std::uint32_t>(region.begin.column)};
}

FileLocation location_of(const toml::node& node) { return location_of(node.source()); }

void check_name(Section& section, const std::string& name, std::string_view what) {
  if (is_plain_name(name)) return;
  section.problem(section.location(),
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

Section::Section(const toml::table& table, std::string name, std::span<const Key> keys,
                 FileLocation location, FileProblems& problems)
    : table_(table),
      name_(std::move(name)),
      keys_(keys),
      location_(location),
      problems_(problems) {}

FileLocation Section::location(std::string_view key) const {
  for (const auto& [each, node] : table_) {
    if (each.str() == key) return location_of(each.source());
  }
  return location_;
}

const Key& Section::declared(std::string_view key, KeyKind kind) const {
  const auto found = std::ranges::find(keys_, key, &Key::name);
  if (found == keys_.end() || found->kind != kind) {
    throw std::logic_error(
        std::string(key) + " of " + name_ +
        " is not declared like this; declare it beside the other keys of its section");
  }
  return *found;
}

void Section::wrong_type(const toml::node& node, std::string_view key, std::string_view expected) {
  problems_.add(location_of(node),
                std::string(key) + " is " + kind_of(node) + ", expected " + std::string(expected));
}

void Section::lacks(std::string_view key) {
  lacks(key, std::ranges::find(keys_, key, &Key::name)->example);
}

void Section::lacks(std::string_view key, std::string_view example) {
  problems_.add(location_, name_ + " lacks " + std::string(key) + ", such as " + std::string(key) +
                               " = " + std::string(example));
}

std::optional<PlacedText> Section::text(std::string_view key) {
  const Key& known = declared(key, KeyKind::Text);
  const toml::node* node = table_.get(key);
  if (node == nullptr) return std::nullopt;
  const auto* text = node->as_string();
  if (text == nullptr) {
    wrong_type(*node, key, expected_of(known));
    return std::nullopt;
  }
  if (text->get().empty()) {
    problems_.add(location_of(*node), std::string(key) + " is empty");
    return std::nullopt;
  }
  return PlacedText{text->get(), location_of(*node)};
}

std::optional<PlacedText> Section::required_text(std::string_view key) {
  if (has(key)) return text(key);
  lacks(key);
  return std::nullopt;
}

std::optional<std::string> Section::choice(std::string_view key) {
  const Key& known = declared(key, KeyKind::Choice);
  const toml::node* node = table_.get(key);
  if (node == nullptr) return std::nullopt;
  const auto* text = node->as_string();
  if (text == nullptr) {
    wrong_type(*node, key, expected_of(known));
    return std::nullopt;
  }
  std::vector<std::string> values;
  for (const KeyChoice& each : known.choices) values.emplace_back(each.value);
  if (std::ranges::find(values, text->get()) != values.end()) return text->get();
  std::string message =
      std::string(key) + " is \"" + text->get() + "\", expected " + expected_of(known);
  if (const auto meant = nearest(text->get(), values)) {
    message += ". Did you mean \"" + std::string(*meant) + "\"?";
  }
  problems_.add(location_of(*node), message);
  return std::nullopt;
}

const toml::array* Section::list(std::string_view key) {
  return list_of(declared(key, KeyKind::List));
}

const toml::array* Section::list_of(const Key& key) {
  const toml::node* node = table_.get(key.name);
  if (node == nullptr) return nullptr;
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    wrong_type(*node, key.name, expected_of(key));
    return nullptr;
  }
  if (list->empty()) {
    problems_.add(location_of(*node), std::string(key.name) +
                                          " is empty, expected at least one entry, as in " +
                                          std::string(key.example));
    return nullptr;
  }
  return list;
}

const toml::table* Section::table(std::string_view key) {
  const Key& known = declared(key, KeyKind::Table);
  const toml::node* node = table_.get(key);
  if (node == nullptr) return nullptr;
  if (const toml::table* table = node->as_table()) return table;
  wrong_type(*node, key, expected_of(known));
  return nullptr;
}

std::optional<std::vector<PlacedText>> Section::texts(std::string_view key) {
  const toml::array* entries = list_of(declared(key, KeyKind::Texts));
  if (entries == nullptr) return std::nullopt;
  std::vector<PlacedText> texts;
  for (const toml::node& each : *entries) {
    if (const auto* text = each.as_string()) {
      texts.push_back({text->get(), location_of(each)});
    } else {
      wrong_type(each, "an entry of " + std::string(key), "a text in quotes");
    }
  }
  return texts;
}

void Section::number(std::string_view key, std::uint32_t& value) {
  const Key& known = declared(key, KeyKind::Number);
  const toml::node* node = table_.get(key);
  if (node == nullptr) return;
  const auto* number = node->as_integer();
  if (number == nullptr) return wrong_type(*node, key, expected_of(known));
  if (!std::in_range<std::uint64_t>(number->get()) ||
      static_cast<std::uint64_t>(number->get()) < known.least ||
      static_cast<std::uint64_t>(number->get()) > known.most) {
    problems_.add(location_of(*node), std::string(key) + " is " + std::to_string(number->get()) +
                                          ", expected " + expected_of(known));
    return;
  }
  value = static_cast<std::uint32_t>(number->get());
}

void Section::flag(std::string_view key, bool& value) {
  const Key& known = declared(key, KeyKind::Flag);
  const toml::node* node = table_.get(key);
  if (node == nullptr) return;
  const auto* flag = node->as_boolean();
  if (flag == nullptr) return wrong_type(*node, key, expected_of(known));
  value = flag->get();
}

void Section::duration(std::string_view key, std::chrono::milliseconds& value) {
  const Key& known = declared(key, KeyKind::Time);
  const toml::node* node = table_.get(key);
  if (node == nullptr) return;
  const auto* text = node->as_string();
  if (text == nullptr) return wrong_type(*node, key, expected_of(known));
  const auto milliseconds = measure(text->get(), kDurations);
  if (!milliseconds || *milliseconds == 0 || *milliseconds > known.most) {
    problems_.add(location_of(*node),
                  std::string(key) + " is \"" + text->get() + "\", expected " + expected_of(known));
    return;
  }
  value = std::chrono::milliseconds(static_cast<std::int64_t>(*milliseconds));
}

void Section::size(std::string_view key, std::uint64_t& value) {
  const Key& known = declared(key, KeyKind::Size);
  const toml::node* node = table_.get(key);
  if (node == nullptr) return;
  std::optional<std::uint64_t> bytes;
  std::string written;
  if (const auto* number = node->as_integer()) {
    written = std::to_string(number->get());
    if (number->get() >= 0) bytes = static_cast<std::uint64_t>(number->get());
  } else if (const auto* text = node->as_string()) {
    written = in_quotes(text->get());
    bytes = measure(text->get(), kSizes);
  } else {
    return wrong_type(*node, key, expected_of(known));
  }
  if (!bytes || *bytes < known.least || *bytes > known.most) {
    problems_.add(location_of(*node),
                  std::string(key) + " is " + written + ", expected " + expected_of(known));
    return;
  }
  value = *bytes;
}

void Section::share(std::string_view key, Percent& value) {
  const Key& known = declared(key, KeyKind::Share);
  const toml::node* node = table_.get(key);
  if (node == nullptr) return;
  const auto* text = node->as_string();
  if (text == nullptr) return wrong_type(*node, key, expected_of(known));
  if (const auto percent = Percent::parse(text->get())) {
    value = *percent;
  } else {
    problems_.add(location_of(*node), std::string(key) + ": " + percent.error().message);
  }
}

std::vector<const toml::table*> Section::list_of_tables(std::string_view key) {
  const Key& known = declared(key, KeyKind::Tables);
  const toml::node* node = table_.get(key);
  if (node == nullptr) return {};
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    wrong_type(*node, key, expected_of(known));
    return {};
  }
  if (list->empty()) {
    problems_.add(location_of(*node),
                  std::string(key) + " is empty, expected " + expected_of(known));
  }
  std::vector<const toml::table*> tables;
  for (const toml::node& each : *list) {
    if (const toml::table* entry = each.as_table()) {
      tables.push_back(entry);
    } else {
      wrong_type(each, "an entry of " + std::string(key), expected_of(known));
    }
  }
  return tables;
}

void Section::finish() {
  std::vector<std::string> known;
  for (const Key& each : keys_) known.emplace_back(each.name);
  for (const auto& [key, node] : table_) {
    const std::string word(key.str());
    if (std::ranges::find(known, word) != known.end()) continue;
    problems_.add(location_of(key.source()),
                  "unknown key \"" + word + "\" in " + name_ + '.' + suggestion(word, known));
  }
}

std::vector<std::pair<std::string, const toml::table*>> tables_below(const toml::table& table,
                                                                     std::string_view name,
                                                                     FileProblems& problems) {
  std::vector<std::pair<std::string, const toml::table*>> tables;
  for (const auto& [key, node] : table) {
    if (const toml::table* entry = node.as_table()) {
      tables.emplace_back(key.str(), entry);
    } else {
      problems.add(location_of(node), std::string(key.str()) + " is " + kind_of(node) +
                                          ", expected a table [" + std::string(name) + '.' +
                                          std::string(key.str()) + ']');
    }
  }
  return tables;
}

std::expected<toml::table, std::vector<FileProblem>> parse_toml(std::string_view text,
                                                                const std::string& file) {
  if (const auto location = not_utf8(text)) {
    return std::unexpected(std::vector<FileProblem>{
        {file, *location, "this is not UTF-8; save the file as UTF-8 with your editor"}});
  }
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    FileProblems problems(file);
    problems.add(inside(text, location_of(error.source())),
                 "this is not TOML: " + std::string(error.description()));
    return std::unexpected(std::move(problems).take());
  }
}

std::expected<std::string, std::vector<FileProblem>> read_toml_text(const std::string& file,
                                                                    std::string_view usual_name) {
  std::error_code unknown;
  if (std::filesystem::is_directory(file, unknown)) {
    return std::unexpected(
        std::vector<FileProblem>{{file,
                                  {},
                                  "is a folder; name the file in it: " +
                                      (std::filesystem::path(file) / usual_name).string()}});
  }
  auto text = whole_file(file);
  if (!text) {
    return std::unexpected(
        std::vector<FileProblem>{{file, {}, "cannot be read: " + text.error().message()}});
  }
  return *std::move(text);
}

}  // namespace banyan::strangler
