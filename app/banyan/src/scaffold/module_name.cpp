// SPDX-License-Identifier: Apache-2.0
#include "scaffold/module_name.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "banyan/kernel/in_quotes.hpp"

namespace banyan::cli::scaffold {
namespace {

constexpr std::size_t kLongest = 40;

// Words of the language, and names that are taken wherever modules are used.
constexpr std::array<std::string_view, 101> kTaken = {
    "alignas",      "alignof",  "and",      "asm",        "auto",      "banyan",      "bitand",
    "bitor",        "bool",     "boost",    "break",      "case",      "catch",       "char",
    "class",        "compl",    "concept",  "const",      "consteval", "constexpr",   "constinit",
    "continue",     "decltype", "default",  "delete",     "do",        "double",      "else",
    "enum",         "explicit", "export",   "extern",     "false",     "float",       "for",
    "friend",       "goto",     "if",       "import",     "inline",    "int",         "kernel",
    "long",         "main",     "module",   "mutable",    "namespace", "new",         "noexcept",
    "not",          "nullptr",  "operator", "or",         "posix",     "private",     "protected",
    "public",       "register", "requires", "return",     "shared",    "short",       "signed",
    "sizeof",       "static",   "std",      "struct",     "switch",    "template",    "test",
    "testing",      "tests",    "this",     "throw",      "true",      "try",         "typedef",
    "typeid",       "typename", "union",    "unsigned",   "using",     "virtual",     "void",
    "volatile",     "while",    "xor",      "all",        "help",      "install",     "package",
    "clean",        "app",      "modules",  "migrations", "build",     "static_cast", "wchar_t",
    "thread_local", "co_await", "co_return"};

// Types of the template: one called after the module would be there twice.
constexpr std::array<std::string_view, 12> kOfTheTemplate = {
    "item",       "item_tag",      "item_id",       "item_page",    "add_item",  "get_item",
    "list_items", "items_reading", "items_writing", "memory_items", "sql_items", "needs"};

// What C and POSIX declare for all namespaces, as far as a module could be called so.
constexpr std::array<std::string_view, 52> kOfTheSystem = {
    "abort",  "abs",    "accept",  "access", "alarm",  "bind",  "clock",  "close",  "connect",
    "div",    "dup",    "environ", "exit",   "exp",    "floor", "fork",   "free",   "gamma",
    "index",  "kill",   "link",    "linux",  "listen", "log",   "nice",   "open",   "pause",
    "pipe",   "poll",   "printf",  "random", "read",   "recv",  "remove", "rename", "round",
    "select", "send",   "signal",  "sleep",  "socket", "stat",  "stderr", "stdin",  "stdout",
    "sync",   "system", "time",    "times",  "unix",   "wait",  "write"};

// As in cmake/BanyanModule.cmake.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kBeginsTheTablesOf = {
    {{"sqlite_", "SQLite"}, {"pg_", "PostgreSQL"}, {"banyan_", "Banyan"}}};

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string problem_with_name(std::string_view name) {
  const std::string quoted = in_quotes(name);
  const bool plain =
      !name.empty() && is_lower(name.front()) && name.back() != '_' &&
      name.find("__") == std::string_view::npos &&
      std::ranges::all_of(name, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
  if (!plain) {
    return quoted +
           " is no name: lower-case letters, digits and single '_', beginning with a letter, such "
           "as "
           "order_desk";
  }
  if (name.size() > kLongest) {
    return quoted + " is too long: " + std::to_string(kLongest) + " characters at most";
  }
  const auto has = [&](const auto& names) { return std::ranges::find(names, name) != names.end(); };
  if (has(kTaken) || has(kOfTheTemplate) || has(kOfTheSystem)) {
    return quoted + " is a word of C++, C, CMake or Banyan; take another, such as " +
           std::string(name) + "_desk";
  }
  return {};
}

std::string problem_with_module_name(std::string_view name) {
  if (std::string problem = problem_with_name(name); !problem.empty()) return problem;
  for (const auto& [beginning, owner] : kBeginsTheTablesOf) {
    if (!name.starts_with(beginning)) continue;
    return in_quotes(name) + " cannot have tables: what begins with " + std::string(beginning) +
           " belongs to " + std::string(owner) + "; take another, such as " +
           std::string(name.substr(beginning.size())) + "_desk";
  }
  return {};
}

}  // namespace banyan::cli::scaffold
