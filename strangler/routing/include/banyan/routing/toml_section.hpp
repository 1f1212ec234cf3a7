// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml++/toml.h>
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/routing/configuration.hpp"
#include "banyan/routing/keys.hpp"
#include "banyan/stages/percent.hpp"

/// How a file of settings in TOML is read key by key: banyan.toml, and the deployment file of
/// `banyan up`. Who includes this links tomlplusplus::tomlplusplus.
namespace banyan::strangler {

/// The file as a table, or where it is no TOML. `file` is only for messages.
std::expected<toml::table, std::vector<FileProblem>> parse_toml(std::string_view text,
                                                                const std::string& file);
/// The text of a file; of a folder it is said that `usual_name` may be meant.
std::expected<std::string, std::vector<FileProblem>> read_toml_text(const std::string& file,
                                                                    std::string_view usual_name);

/// Collects what is wrong in one file.
class FileProblems {
 public:
  explicit FileProblems(std::string file) : file_(std::move(file)) {}
  /// What the message quotes may hold line breaks and escapes for terminals: it becomes one line.
  void add(FileLocation location, std::string_view message);
  bool empty() const { return problems_.empty(); }
  /// In the order of the file.
  std::vector<FileProblem> take() &&;

 private:
  std::string file_;
  std::vector<FileProblem> problems_;
};

FileLocation location_of(const toml::source_region& region);
FileLocation location_of(const toml::node& node);

/// A text of the file and where it stands.
struct PlacedText {
  std::string text;
  FileLocation location;
};

/// One table of the file, read key by key, as the keys are declared (keys.hpp). What is
/// missing or wrong is reported, and the reader goes on with a default, so that all problems come
/// out at once; a key that is not declared is reported by finish(). To ask for a key that is not
/// declared, or for another kind than is declared, throws std::logic_error.
class Section {
 public:
  /// `name` as people would write it: "[limits]", "[upstreams.shop]".
  Section(const toml::table& table, std::string name, std::span<const Key> keys,
          FileLocation location, FileProblems& problems);

  bool has(std::string_view key) const { return table_.contains(key); }
  FileLocation location() const { return location_; }
  FileLocation location(std::string_view key) const;

  /// Empty when it is missing, or no text, or "".
  std::optional<PlacedText> text(std::string_view key);
  std::optional<PlacedText> required_text(std::string_view key);
  /// A list of texts; nullopt when it is missing, empty or no list.
  std::optional<std::vector<PlacedText>> texts(std::string_view key);
  /// One of the values that are declared; nullopt when it is missing or none of them.
  std::optional<std::string> choice(std::string_view key);

  /// A list of whatever; nullptr when it is missing, empty or no list.
  const toml::array* list(std::string_view key);
  /// A table in a table; nullptr when it is missing or no table.
  const toml::table* table(std::string_view key);
  /// To read a table that is a part of this one, as `name`, with the keys of `declared`.
  Section part(const toml::table& table, std::string name, std::string_view declared) const {
    return {table, std::move(name), keys_of(declared), location_of(table), problems_};
  }
  /// A list of tables: `[[proxy.tls]]`, or inline ones. Empty when it is missing or no such list.
  std::vector<const toml::table*> list_of_tables(std::string_view key);

  // What is missing or wrong leaves the value as it was.
  void number(std::string_view key, std::uint32_t& value);
  void flag(std::string_view key, bool& value);
  void duration(std::string_view key, std::chrono::milliseconds& value);
  void size(std::string_view key, std::uint64_t& value);
  void share(std::string_view key, Percent& value);

  /// Says that the key has to be there, as in its example.
  void lacks(std::string_view key);
  /// The same, where what is expected depends on other keys: `example` as it is written.
  void lacks(std::string_view key, std::string_view example);

  void problem(FileLocation location, std::string_view message) {
    problems_.add(location, message);
  }
  /// Reports the keys that are not declared.
  void finish();

 private:
  const Key& declared(std::string_view key, KeyKind kind) const;
  const toml::array* list_of(const Key& key);
  void wrong_type(const toml::node& node, std::string_view key, std::string_view expected);

  const toml::table& table_;
  std::string name_;
  std::span<const Key> keys_;
  FileLocation location_;
  FileProblems& problems_;
};

/// Tables by name: `[upstreams.NAME]` below "upstreams".
std::vector<std::pair<std::string, const toml::table*>> tables_below(const toml::table& table,
                                                                     std::string_view name,
                                                                     FileProblems& problems);

/// Names that people give: of upstreams, of rollouts. `what` is "an upstream".
void check_name(Section& section, const std::string& name, std::string_view what);

/// "an integer", "a list": what a value is, for a message.
std::string kind_of(const toml::node& node);

}  // namespace banyan::strangler
