// SPDX-License-Identifier: Apache-2.0
#include "script_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <set>

#include "statements.hpp"

namespace banyan::migrations {
namespace {

constexpr std::size_t kDigits = 4;
constexpr std::string_view kEnding = ".sql";
constexpr std::string_view kRebuildMark = "-- banyan: rebuild";
constexpr std::string_view kExpandMark = "-- banyan: expand";

std::string_view without_folder(std::string_view name) {
  return is_separation(name) ? name.substr(kSeparationFolder.size()) : name;
}

bool all_of_kind(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

std::string padded(int number) {
  auto text = std::to_string(number);
  return std::string(kDigits - std::min(kDigits, text.size()), '0') + text;
}

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// What would take the script out of its transaction, or not work inside one.
std::optional<std::string> why_forbidden(const StatementText& statement) {
  static constexpr std::array<std::string_view, 9> kTransactions = {
      "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE"};
  static constexpr std::array<std::string_view, 3> kLasting = {"ATTACH", "DETACH", "VACUUM"};
  static constexpr std::array<std::string_view, 3> kSettings = {"SET", "RESET", "DISCARD"};
  static constexpr std::array<std::string_view, 2> kForOneTransaction = {"LOCAL", "CONSTRAINTS"};
  const std::string& word = statement.first_word;
  if (is_one_of(kTransactions, word)) {
    return word + ": the runner puts each file into one transaction; take it out";
  }
  if (word == "PRAGMA") {
    return "PRAGMA: settings belong to the connection, not to the schema; for foreign keys that "
           "must be off while a table is rebuilt, begin with the line `-- banyan: rebuild`";
  }
  if (is_one_of(kSettings, word) && !is_one_of(kForOneTransaction, statement.second_word)) {
    return word + ": the setting would last beyond this file; take it out, or write SET LOCAL";
  }
  if (is_one_of(kLasting, word)) {
    return word + ": cannot be undone with the rest of the file; take it out";
  }
  if (word == "COPY") return "COPY: the rows are not in the file; write INSERT";
  return std::nullopt;
}

bool has_mark(std::string_view sql, sql::Engine engine, std::string_view wanted) {
  const auto marks = split(sql, engine).marks;
  return std::ranges::any_of(
      marks, [&](const Mark& mark) { return mark.is_first && mark.text == wanted; });
}

bool has_word(std::string_view text, std::string_view word) {
  const auto is_letter = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (std::size_t at = 0; (at = upper.find(word, at)) != std::string::npos; ++at) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_letter(upper[at - 1])) && (end == upper.size() || !is_letter(upper[end]))) {
      return true;
    }
  }
  return false;
}

// What others' statements name, or how they name it. Not complete: what a program can live with,
// its people know.
bool takes_away(const StatementText& statement) {
  static constexpr std::array<std::string_view, 3> kThings = {"TABLE", "VIEW", "COLUMN"};
  if (statement.first_word == "DROP") return is_one_of(kThings, statement.second_word);
  return statement.first_word == "ALTER" &&
         (has_word(statement.text, "RENAME") || has_word(statement.text, "DROP"));
}

void check_name(const EngineScripts& module, const EngineScript& script,
                std::vector<Problem>& problems) {
  if (number_of(script.name)) return;
  if (is_variant(script.name)) {
    problems.push_back({module.module, script.file, std::nullopt,
                        "it is a variant for PostgreSQL, and there is no " + base_of(script.name) +
                            ", which the other engines run; write that file beside it (a line of "
                            "`SELECT 1;` where they have nothing to do)"});
    return;
  }
  problems.push_back({module.module, script.file, std::nullopt,
                      "the name must be four digits, '_', lower-case letters, digits and '_', and "
                      "'.sql', as in 0001_create_orders.sql; rename the file"});
}

void check_numbers(const EngineScripts& module, bool separation, std::vector<Problem>& problems) {
  int expected = 1;
  std::string_view before;
  for (const auto& script : module.scripts) {
    const auto number = number_of(script.name);
    if (!number || is_separation(script.name) != separation) continue;
    const auto& file = script.file;
    if (*number == expected) {
      ++expected;
    } else if (*number < expected) {
      problems.push_back({module.module, file, std::nullopt,
                          "the number " + padded(*number) + " is taken by " + std::string(before) +
                              "; give one of them the next free number"});
    } else {
      problems.push_back({module.module, file, std::nullopt,
                          "the number should be " + padded(expected) + ": there is no file " +
                              padded(expected) + "_*.sql before it; close the gap"});
      expected = *number + 1;
    }
    before = script.name;
  }
}

void check_text(const EngineScripts& module, const EngineScript& script,
                std::vector<Problem>& problems) {
  const auto& file = script.file;
  const auto parts = split(script.sql, module.engine);
  if (parts.broken) {
    problems.push_back({module.module, file, parts.broken_line, *parts.broken});
    return;
  }
  if (parts.statements.empty()) {
    problems.push_back({module.module, file, std::nullopt,
                        "the file has no statement; write one, or delete the file"});
  }
  for (const auto& statement : parts.statements) {
    if (const auto why = why_forbidden(statement)) {
      problems.push_back({module.module, file, statement.line, *why});
    }
  }
}

}  // namespace

EngineScripts scripts_for(sql::Engine engine, const ModuleScripts& module) {
  EngineScripts all{module.module, engine, {}};
  for (const auto& script : module.scripts) {
    EngineScript text{script.name, file_of(module.module, script.name), script.sql};
    if (engine == sql::Engine::Postgres && script.postgresql) {
      text.file = file_of(module.module, variant_of(script.name));
      text.sql = *script.postgresql;
      text.is_variant = true;
    }
    all.scripts.push_back(std::move(text));
  }
  std::ranges::stable_sort(all.scripts, {}, [](const EngineScript& script) {
    return std::pair(is_separation(script.name), script.name);
  });
  return all;
}

bool is_rebuild(std::string_view sql) { return has_mark(sql, sql::Engine::Sqlite, kRebuildMark); }

bool is_expand(std::string_view sql, sql::Engine engine) {
  return has_mark(sql, engine, kExpandMark);
}

bool empties_others(const StatementText& statement) {
  return statement.first_word == "TRUNCATE" && has_word(statement.text, "CASCADE");
}

std::vector<Problem> problems_of_marks(const EngineScripts& module, const EngineScript& script) {
  std::vector<Problem> problems;
  const auto quoted = [](std::string_view mark) { return '`' + std::string(mark) + '`'; };
  const auto add = [&](int line, const std::string& what) {
    problems.push_back({module.module, script.file, line, what});
  };
  const SplitScript parts = split(script.sql, module.engine);
  bool rebuilds = false;
  bool expands = false;
  for (const auto& mark : parts.marks) {
    const bool rebuild = mark.text == kRebuildMark;
    if (!rebuild && mark.text != kExpandMark) {
      add(mark.line, "the mark " + quoted(mark.text) + " is not known; there are " +
                         quoted(kRebuildMark) + " and " + quoted(kExpandMark) +
                         ", written so, as a line of its own");
    } else if (rebuild && module.engine == sql::Engine::Postgres && script.is_variant) {
      add(mark.line, quoted(kRebuildMark) +
                         " is SQLite's; PostgreSQL alters a table in place. Take the line out");
    } else if (rebuild && module.engine == sql::Engine::Postgres) {
      add(mark.line, "the script rebuilds a table, as only SQLite must; write " +
                         variant_of(script.name) +
                         " beside it, which alters the table in place, for PostgreSQL");
    } else if (!mark.is_first) {
      add(mark.line, quoted(mark.text) + " comes too late; put it before the first statement");
    } else {
      (rebuild ? rebuilds : expands) = true;
    }
  }
  // A rebuild ends with the table that it began with.
  if (!expands || rebuilds) return problems;
  for (const auto& statement : parts.statements) {
    if (!takes_away(statement)) continue;
    add(statement.line, statement.first_word + ' ' + statement.second_word +
                            " takes away what a running program may need, and " +
                            quoted(kExpandMark) +
                            " says that it can live with this script. Take the mark out, or leave "
                            "this to a later script");
  }
  return problems;
}

// FNV-1a, 64 bits: finds changes, defends against nobody.
std::string checksum_of(std::string_view sql) {
  std::uint64_t hash = 14695981039346656037U;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '\r' && i + 1 < sql.size() && sql[i + 1] == '\n') continue;
    hash = (hash ^ static_cast<unsigned char>(sql[i])) * 1099511628211U;
  }
  std::array<char, 16> hex{};
  hex.fill('0');
  std::array<char, 16> number{};
  const auto end = std::to_chars(number.begin(), number.end(), hash, 16).ptr;
  std::copy_backward(number.begin(), end, hex.end());
  return "fnv1a:" + std::string(hex.data(), hex.size());
}

std::string file_of(std::string_view module, std::string_view name) {
  return "migrations/" + std::string(module) + '/' + std::string(name);
}

bool is_variant(std::string_view name) { return name.ends_with(kVariantEnding); }

std::string base_of(std::string_view variant) {
  return std::string(variant.substr(0, variant.size() - kVariantEnding.size())) +
         std::string(kEnding);
}

std::string variant_of(std::string_view base) {
  return std::string(base.substr(0, base.size() - kEnding.size())) + std::string(kVariantEnding);
}

std::optional<int> number_of(std::string_view name) {
  const auto file = without_folder(name);
  if (file.size() < kDigits + 2 + kEnding.size() || !file.ends_with(kEnding)) return std::nullopt;
  const auto number = file.substr(0, kDigits);
  const auto words = file.substr(kDigits + 1, file.size() - kDigits - 1 - kEnding.size());
  if (!all_of_kind(number, "0123456789") || file[kDigits] != '_' ||
      !all_of_kind(words, "abcdefghijklmnopqrstuvwxyz0123456789_")) {
    return std::nullopt;
  }
  int value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  return value;
}

std::vector<Problem> problems_of_scripts(const EngineScripts& module) {
  std::vector<Problem> problems;
  for (const auto& script : module.scripts) check_name(module, script, problems);
  check_numbers(module, false, problems);
  check_numbers(module, true, problems);
  for (const auto& script : module.scripts) check_text(module, script, problems);
  return problems;
}

bool knows(const EngineScripts& module, std::string_view name) {
  return std::ranges::find(module.scripts, name, &EngineScript::name) != module.scripts.end();
}

std::vector<Problem> problems_of_history(const EngineScripts& module, const History& history) {
  std::vector<Problem> problems;
  for (const bool separation : {false, true}) {
    std::string_view newest;
    const EngineScript* first_pending = nullptr;
    for (const auto& script : module.scripts) {
      if (is_separation(script.name) != separation) continue;
      newest = script.name;
      const auto found = history.find(script.name);
      if (found == history.end()) {
        if (first_pending == nullptr) first_pending = &script;
        continue;
      }
      if (found->second.checksum != checksum_of(script.sql)) {
        problems.push_back({module.module, script.file, std::nullopt,
                            "the file was changed after it was applied (" +
                                to_string(found->second.at) +
                                "); put the old text back and write a new migration instead"});
      }
      if (first_pending != nullptr) {
        problems.push_back({module.module, first_pending->file, std::nullopt,
                            "the file is new, but " + std::string(script.name) +
                                ", which comes after it, has been applied already; give it the "
                                "next free number"});
        first_pending = nullptr;
      }
    }
    for (const auto& [name, applied] : history) {
      if (is_separation(name) != separation || knows(module, name)) continue;
      const bool comes_next = number_of(name).value_or(0) > number_of(newest).value_or(0);
      if (comes_next && applied.expands && first_pending == nullptr) continue;
      problems.push_back(
          {module.module, file_of(module.module, name), std::nullopt,
           name > newest
               ? "the database has it already (" + to_string(applied.at) +
                     ") and this program does not know it: the database is newer than the "
                     "program; run the newer program (an older one starts where such scripts "
                     "are marked `-- banyan: expand`)"
               : "it has been applied (" + to_string(applied.at) +
                     "), and the file is missing; put it back"});
    }
  }
  return problems;
}

}  // namespace banyan::migrations
