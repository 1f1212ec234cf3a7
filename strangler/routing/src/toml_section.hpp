// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml++/toml.h>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/configuration.hpp"

namespace banyan::strangler {

/// Collects what is wrong in one file.
class FileProblems {
 public:
  explicit FileProblems(std::string file) : file_(std::move(file)) {}
  /// What the message quotes may hold line breaks and escapes for terminals: it becomes one line.
  void add(Place place, std::string_view message);
  bool empty() const { return problems_.empty(); }
  /// In the order of the file.
  std::vector<FileProblem> take() &&;

 private:
  std::string file_;
  std::vector<FileProblem> problems_;
};

Place place_of(const toml::source_region& region);
Place place_of(const toml::node& node);

/// A text of the file and where it stands.
struct PlacedText {
  std::string text;
  Place place;
};

/// One table of the file, read key by key. What is missing or wrong is reported, and the reader
/// goes on with a default, so that all problems come out at once. A key that is not asked for is
/// reported by finish().
class Section {
 public:
  /// `name` as people would write it: "[limits]", "[[routes]]".
  Section(const toml::table& table, std::string name, Place place, FileProblems& problems);

  bool has(std::string_view key) const { return table_.contains(key); }
  Place place() const { return place_; }
  Place place(std::string_view key) const;

  /// Empty when it is missing, or no text, or "".
  std::optional<PlacedText> text(std::string_view key);
  std::optional<PlacedText> required_text(std::string_view key, std::string_view example);
  /// A list of texts; nullopt when it is missing, empty or no list.
  std::optional<std::vector<PlacedText>> texts(std::string_view key, std::string_view example);

  /// A list of whatever; nullptr when it is missing, empty or no list.
  const toml::array* list(std::string_view key, std::string_view example);
  /// A table in a table; nullptr when it is missing or no table.
  const toml::table* table(std::string_view key, std::string_view example);
  /// To read a table that is a part of this one, as `name`.
  Section part(const toml::table& table, std::string name) const {
    return {table, std::move(name), place_of(table), problems_};
  }

  void number(std::string_view key, std::uint32_t& value, std::uint32_t least, std::uint32_t most);
  void flag(std::string_view key, bool& value);
  /// "500ms", "10s", "2m".
  void duration(std::string_view key, std::chrono::milliseconds& value,
                std::chrono::milliseconds most);
  /// Bytes as a number, or "64KiB", "10MiB", "1GiB".
  void size(std::string_view key, std::uint64_t& value, std::uint64_t least, std::uint64_t most);

  /// A list of tables: `[[proxy.tls]]`, or inline ones. Empty when it is missing or no such list.
  std::vector<const toml::table*> list_of_tables(std::string_view key, std::string_view expected);

  /// Tables by name: `[upstreams.NAME]`.
  std::vector<std::pair<std::string, const toml::table*>> tables() const;

  void problem(Place place, std::string_view message) { problems_.add(place, message); }
  /// Reports the keys that nobody asked for.
  void finish();

 private:
  const toml::node* ask(std::string_view key);
  void wrong_type(const toml::node& node, std::string_view key, std::string_view expected);

  const toml::table& table_;
  std::string name_;
  Place place_;
  FileProblems& problems_;
  std::vector<std::string> asked_;
};

/// No time in the file may be longer.
inline constexpr std::chrono::milliseconds kLongest = std::chrono::hours(1);

/// Names that people give: of upstreams, of migrations. `what` is "an upstream".
void check_name(Section& section, const std::string& name, std::string_view what);

/// "an integer", "a list": what a value is, for a message.
std::string kind_of(const toml::node& node);

}  // namespace banyan::strangler
