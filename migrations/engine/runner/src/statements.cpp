// SPDX-License-Identifier: Apache-2.0
#include "statements.hpp"

#include <algorithm>
#include <utility>

namespace banyan::migrations {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'; }

// SQLite takes a byte order mark for a blank, wherever it stands.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

class Splitter {
 public:
  explicit Splitter(std::string_view sql) : sql_(sql) {}

  SplitScript run() {
    while (at_ < sql_.size() && !result_.broken) step();
    end_statement();
    return std::move(result_);
  }

 private:
  void step() {
    const char c = sql_[at_];
    const auto rest = sql_.substr(at_);
    if (c == '\0') {
      broken(at_,
             "a NUL byte, behind which SQLite would read nothing; save the file as UTF-8 text");
    } else if (rest.starts_with(byte_order_mark)) {
      at_ += byte_order_mark.size();
    } else if (rest.starts_with("--")) {
      const auto begin = at_;
      at_ = std::min(sql_.find('\n', at_), sql_.size());
      comment(begin);
    } else if (rest.starts_with("/*")) {
      const auto begin = at_;
      skip_to("*/", 2, "a comment that never ends");
      comment(begin);
    } else if (c == '\'' || c == '"' || c == '`') {
      begin_token();
      skip_to(std::string_view(&sql_[at_], 1), 1, "a quoted text or name that never ends");
    } else if (c == '[') {
      begin_token();
      skip_to("]", 1, "a quoted name that never ends");
    } else if (c == ';') {
      semicolon();
    } else if (is_word(c)) {
      word();
    } else {
      if (!is_blank(c)) begin_token();
      ++at_;
    }
  }

  // Whatever looks like a mark counts as one, so that a slip of the pen is no silent comment.
  void comment(std::size_t begin) {
    auto text = sql_.substr(begin, at_ - begin);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    auto said = text.substr(std::min(text.find_first_not_of("-/*# \t\r\n"), text.size()));
    constexpr std::string_view name = "BANYAN";
    if (upper(said.substr(0, name.size())) != name) return;
    said.remove_prefix(name.size());
    const auto what = said.substr(std::min(said.find_first_not_of(" \t"), said.size()));
    const bool has_sign = what.starts_with(':') || what.starts_with('=');
    const bool is_one_word =
        what.size() != said.size() && !what.empty() && std::ranges::all_of(what, is_word);
    if (!has_sign && !is_one_word) return;  // prose
    const bool is_first = result_.statements.empty() && start_ == none;
    result_.marks.push_back({text, line_at(sql_, begin), is_first});
  }

  void skip_to(std::string_view mark, std::size_t from, std::string_view otherwise) {
    const auto end = sql_.find(mark, at_ + from);
    if (end == std::string_view::npos) {
      broken(at_, std::string(otherwise));
    } else {
      at_ = end + mark.size();
    }
  }

  void begin_token() {
    if (words_ == 0 && start_ == none) start_ = at_;
    after_semicolon_ = false;
  }

  void word() {
    const auto begin = at_;
    while (at_ < sql_.size() && is_word(sql_[at_])) ++at_;
    const auto text = upper(sql_.substr(begin, at_ - begin));
    const bool first_after_semicolon = std::exchange(after_semicolon_, false);
    if (start_ == none) start_ = begin;
    if (words_ == 0) first_word_ = text;
    const bool may_be_trigger = first_word_ == "CREATE" && words_ <= 2;
    if (may_be_trigger && text == "TRIGGER") in_trigger_ = true;
    if (in_trigger_ && first_after_semicolon && text == "END") in_trigger_ = false;
    ++words_;
  }

  void semicolon() {
    after_semicolon_ = true;
    ++at_;
    if (!in_trigger_) end_statement();
  }

  void end_statement() {
    if (start_ != none) {
      result_.statements.push_back(
          {sql_.substr(start_, at_ - start_), line_at(sql_, start_), first_word_});
    }
    start_ = none;
    words_ = 0;
    first_word_.clear();
    in_trigger_ = false;
  }

  void broken(std::size_t at, std::string what) {
    result_.broken = std::move(what);
    result_.broken_line = line_at(sql_, at);
    at_ = sql_.size();
  }

  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::string_view sql_;
  std::size_t at_ = 0;
  std::size_t start_ = none;
  int words_ = 0;
  std::string first_word_;
  bool in_trigger_ = false;
  bool after_semicolon_ = false;
  SplitScript result_;
};

}  // namespace

SplitScript split(std::string_view sql) { return Splitter(sql).run(); }

int line_at(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  return 1 + static_cast<int>(std::ranges::count(before, '\n'));
}

}  // namespace banyan::migrations
