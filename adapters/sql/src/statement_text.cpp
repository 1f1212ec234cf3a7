// SPDX-License-Identifier: Apache-2.0
#include "statement_text.hpp"

#include <algorithm>

namespace banyan::sql {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'; }

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

class Scanner {
 public:
  explicit Scanner(std::string_view sql) : rest_(sql) {}

  StatementText run() {
    while (!rest_.empty()) step();
    while (!text_.sql.empty() && is_blank(text_.sql.back())) text_.sql.pop_back();
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
    } else if (c == '\'' || c == '"') {
      const auto end = rest_.find(c, 1);
      take(end == std::string_view::npos ? rest_.size() : end + 1);
    } else if (rest_.starts_with("::")) {
      take(2);
    } else if (c == ':' && rest_.size() > 1 && is_word(rest_[1])) {
      parameter();
    } else if (is_word(c)) {
      word();
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

  void parameter() {
    const std::size_t size = length_of_word(1);
    const std::string name(rest_.substr(1, size - 1));
    if (std::ranges::find(text_.names, name) == text_.names.end()) text_.names.push_back(name);
    take(size);
  }

  void word() {
    const std::size_t size = length_of_word(0);
    if (text_.sql.empty()) {
      for (const char c : rest_.substr(0, size)) text_.first_word += upper(c);
    }
    take(size);
  }

  void take(std::size_t size) {
    if (ended_) {
      text_.has_second = true;
    } else {
      text_.sql.append(rest_.substr(0, size));
    }
    drop(size);
  }

  void drop(std::size_t size) { rest_.remove_prefix(std::min(size, rest_.size())); }

  void blank() {
    if (!ended_ && !text_.sql.empty() && !is_blank(text_.sql.back())) text_.sql += ' ';
  }

  std::string_view rest_;
  bool ended_ = false;
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

}  // namespace banyan::sql
