// SPDX-License-Identifier: Apache-2.0
#include "statement_text.hpp"

#include <algorithm>
#include <array>

#include "banyan/sql/statement_shape.hpp"

namespace banyan::sql {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'; }

bool is_in_name(char c) { return is_word(c) || static_cast<unsigned char>(c) >= 0x80; }

// Right behind these a text is a name to SQLite, ...
constexpr std::array<std::string_view, 3> kBeforeNames = {"AS", "COLLATE", "IN"};
// ... and behind these until one of the others: FROM 'orders' o, 'lines'.
constexpr std::array<std::string_view, 4> kBeforeTables = {"FROM", "JOIN", "INTO", "UPDATE"};
constexpr std::array<std::string_view, 14> kBehindTables = {
    "WHERE", "SET",   "VALUES", "SELECT",    "GROUP",  "ORDER",     "HAVING",
    "LIMIT", "UNION", "EXCEPT", "INTERSECT", "WINDOW", "RETURNING", "AND"};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

class Scanner {
 public:
  explicit Scanner(std::string_view sql) : rest_(sql) {}

  StatementText run() {
    while (!rest_.empty()) step();
    for (std::string* const text : {&text_.sql, &text_.shape}) {
      while (!text->empty() && is_blank(text->back())) text->pop_back();
    }
    return std::move(text_);
  }

 private:
  void step() {
    const char c = rest_.front();
    if (rest_.starts_with("--")) {
      drop(rest_.find('\n'));
      blank();
    } else if (rest_.starts_with("/*")) {
      const auto end = rest_.find("*/", 2);
      drop(end == std::string_view::npos ? end : end + 2);
      blank();
    } else if (c == '\'') {
      text();
    } else if (c == '"' || c == '`') {
      take(length_of_quoted(0));
    } else if (rest_.starts_with("::")) {
      take(2);
    } else if (c == ':' && rest_.size() > 1 && is_word(rest_[1])) {
      parameter();
    } else if (c == '?' || c == '$' || c == '@') {
      take(length_of_word(1));  // a parameter as engines have it
    } else if (is_digit(c) || (c == '.' && rest_.size() > 1 && is_digit(rest_[1]))) {
      number();
    } else if (is_in_name(c)) {
      word();
    } else if (c == '(' || c == ')') {
      parenthesis(c == '(');
    } else if (c == '[' || c == ']') {
      in_brackets_ = c == '[';
      take(1);
    } else if (c == ';') {
      ended_ = true;
      drop(1);
    } else if (is_blank(c)) {
      blank();
      drop(1);
    } else {
      take(1);
    }
  }

  std::size_t length_of_word(std::size_t from) const {
    const auto end =
        std::find_if_not(rest_.begin() + static_cast<std::ptrdiff_t>(from), rest_.end(), is_word);
    return static_cast<std::size_t>(end - rest_.begin());
  }

  std::size_t length_of_quoted(std::size_t from) const {
    const auto end = rest_.find(rest_[from], from + 1);
    return end == std::string_view::npos ? rest_.size() : end + 1;
  }

  // 12, 1.5, .5, 0x1F, 1e-5
  std::size_t length_of_number() const {
    std::size_t size = 0;
    while (size < rest_.size()) {
      const char before = size == 0 ? '0' : upper(rest_[size - 1]);
      const bool is_sign = (rest_[size] == '-' || rest_[size] == '+') && before == 'E';
      if (!is_word(rest_[size]) && rest_[size] != '.' && !(is_sign && is_decimal(size))) break;
      ++size;
    }
    return size;
  }
  // In 0x1E-5 the sign is one.
  bool is_decimal(std::size_t size) const {
    return rest_.substr(0, size).find_first_of("xX") == std::string_view::npos;
  }

  // A quote within is doubled.
  void text() {
    std::size_t size = length_of_quoted(0);
    while (size < rest_.size() && rest_[size] == '\'') size = length_of_quoted(size);
    const bool is_name = names_tables_ || is_one_of(kBeforeNames, last_word_) || is_behind_dot();
    if (is_name) {
      take(size);
    } else {
      literal(size);
    }
  }

  bool is_behind_dot() const {
    const auto last = text_.sql.find_last_not_of(' ');
    return last != std::string::npos && text_.sql[last] == '.';
  }

  // In brackets SQLite has a name: [sales 2026].
  void number() {
    const std::size_t size = length_of_number();
    if (in_brackets_) {
      take(size);
    } else {
      literal(size);
    }
  }

  // FROM ('orders', 'lines'), but json_each('{}').
  void parenthesis(bool opens) {
    in_list_ = opens && last_word_ == "IN";
    if (opens) {
      around_.push_back(names_tables_);
      names_tables_ = names_tables_ && (last_word_.empty() || is_one_of(kBeforeTables, last_word_));
    } else if (!around_.empty()) {
      names_tables_ = around_.back();
      around_.pop_back();
    }
    take(1);
  }

  void parameter() {
    const std::size_t size = length_of_word(1);
    const std::string name(rest_.substr(1, size - 1));
    if (std::ranges::find(text_.names, name) == text_.names.end()) text_.names.push_back(name);
    if (in_list_) {
      literal(size);  // names are counted up there
    } else {
      take(size);
    }
  }

  void word() {
    const auto end = std::ranges::find_if_not(rest_, is_in_name);
    const auto size = static_cast<std::size_t>(end - rest_.begin());
    const bool is_blob = size == 1 && upper(rest_[0]) == 'X' && rest_.size() > 1;
    if (is_blob && rest_[1] == '\'') return literal(length_of_quoted(1));
    std::string word;
    for (const char c : rest_.substr(0, size)) word += upper(c);
    if (text_.sql.empty()) text_.first_word = word;
    if (is_one_of(kBeforeTables, word)) names_tables_ = true;
    if (is_one_of(kBehindTables, word)) names_tables_ = false;
    take(size);
    last_word_ = std::move(word);
  }

  void take(std::size_t size) { take(size, rest_.substr(0, size)); }

  void take(std::size_t size, std::string_view shape) {
    last_word_.clear();
    if (ended_) {
      text_.has_second = true;
    } else {
      text_.sql.append(rest_.substr(0, size));
      text_.shape.append(shape);
    }
    drop(size);
  }

  void literal(std::size_t size) {
    const bool goes_on = in_list_ && !ended_ && drop_comma_of_list();
    take(size, goes_on ? "" : "?");
  }

  // Behind `?, ` in a list: the next one needs no sign of its own.
  bool drop_comma_of_list() {
    std::string& shape = text_.shape;
    const auto comma = shape.find_last_not_of(' ');
    if (comma == std::string::npos || comma == 0 || shape[comma] != ',') return false;
    const auto before = shape.find_last_not_of(' ', comma - 1);
    if (before == std::string::npos || shape[before] != '?') return false;
    shape.resize(before + 1);
    return true;
  }

  void drop(std::size_t size) { rest_.remove_prefix(std::min(size, rest_.size())); }

  void blank() {
    if (!ended_ && !text_.sql.empty() && !is_blank(text_.sql.back())) {
      text_.sql += ' ';
      text_.shape += ' ';
    }
  }

  std::string_view rest_;
  bool ended_ = false;
  bool in_list_ = false;  ///< right behind IN (
  bool in_brackets_ = false;
  bool names_tables_ = false;  ///< behind FROM and the like
  std::vector<bool> around_;   ///< `names_tables_` outside of each open parenthesis
  std::string last_word_;      ///< in capitals, when nothing but blanks stands behind it
  StatementText text_;
};

}  // namespace

bool StatementText::has_call(std::string_view function) const {
  std::string lower;
  lower.reserve(sql.size());
  for (const char c : sql) {
    lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower.find(function) != std::string::npos;
}

StatementText read_statement(std::string_view sql) { return Scanner(sql).run(); }

std::string statement_shape(std::string_view sql) { return read_statement(sql).shape; }

}  // namespace banyan::sql
