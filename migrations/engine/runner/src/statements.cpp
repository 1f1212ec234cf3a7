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
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

/// What the engines have in common; each says what else a token may be.
class Splitter {
 public:
  explicit Splitter(std::string_view sql) : sql_(sql) {}
  virtual ~Splitter() = default;

  SplitScript run() {
    while (at_ < sql_.size() && !result_.broken) step();
    end_statement();
    return std::move(result_);
  }

 protected:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  virtual bool quoted() = 0;        ///< passes over a quoted text or name of the engine's own
  virtual void skip_comment() = 0;  ///< from its slash on
  virtual std::size_t end_of_word(std::size_t at) const { return end_of(at, ""); }
  virtual void saw_word(const std::string& word, bool after_semicolon) = 0;
  virtual void saw_sign(char) {}
  virtual bool may_end() const = 0;  ///< a semicolon here ends the statement
  virtual void begin_statement() = 0;

  std::size_t end_of(std::size_t at, std::string_view also) const {
    while (at < sql_.size() && (is_word(sql_[at]) || also.contains(sql_[at]))) ++at;
    return at;
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
    if (words_ == 0 && start_ == kNone) start_ = at_;
    after_semicolon_ = false;
  }

  void broken(std::size_t at, std::string what) {
    result_.broken = std::move(what);
    result_.broken_line = line_at(sql_, at);
    at_ = sql_.size();
  }

  static constexpr std::string_view kOpenQuote = "a quoted text or name that never ends";
  static constexpr std::string_view kOpenComment = "a comment that never ends";

  std::string_view sql_;
  std::size_t at_ = 0;
  int words_ = 0;  ///< of the statement, before the one that is being looked at
  std::string first_word_;

 private:
  void step() {
    if (quoted()) return;
    const char c = sql_[at_];
    const auto rest = sql_.substr(at_);
    if (c == '\0') {
      broken(at_, "a NUL byte, behind which nothing would be read; save the file as UTF-8 text");
    } else if (rest.starts_with(kByteOrderMark)) {
      at_ += kByteOrderMark.size();
    } else if (rest.starts_with("--")) {
      const auto begin = at_;
      at_ = std::min(sql_.find('\n', at_), sql_.size());
      comment(begin);
    } else if (rest.starts_with("/*")) {
      const auto begin = at_;
      skip_comment();
      comment(begin);
    } else if (c == '\'' || c == '"') {
      begin_token();
      skip_to(std::string_view(&sql_[at_], 1), 1, kOpenQuote);
    } else if (c == ';') {
      semicolon();
    } else if (is_word(c)) {
      word();
    } else {
      if (!is_blank(c)) begin_token();
      saw_sign(c);
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
    const bool is_first = result_.statements.empty() && start_ == kNone;
    result_.marks.push_back({text, line_at(sql_, begin), is_first});
  }

  void word() {
    const auto begin = at_;
    at_ = end_of_word(at_);
    const auto text = upper(sql_.substr(begin, at_ - begin));
    const bool after_semicolon = std::exchange(after_semicolon_, false);
    if (start_ == kNone) start_ = begin;
    if (words_ == 0) first_word_ = text;
    if (words_ == 1) second_word_ = text;
    saw_word(text, after_semicolon);
    ++words_;
  }

  void semicolon() {
    after_semicolon_ = true;
    ++at_;
    if (may_end()) end_statement();
  }

  void end_statement() {
    if (start_ != kNone) {
      result_.statements.push_back(
          {sql_.substr(start_, at_ - start_), line_at(sql_, start_), first_word_, second_word_});
    }
    start_ = kNone;
    words_ = 0;
    first_word_.clear();
    second_word_.clear();
    begin_statement();
  }

  std::size_t start_ = kNone;
  std::string second_word_;
  bool after_semicolon_ = false;
  SplitScript result_;
};

class SqliteSplitter final : public Splitter {
 public:
  using Splitter::Splitter;

 private:
  bool quoted() override {
    const char c = sql_[at_];
    if (c != '`' && c != '[') return false;
    begin_token();
    skip_to(c == '[' ? "]" : "`", 1, kOpenQuote);
    return true;
  }

  void skip_comment() override { skip_to("*/", 2, kOpenComment); }

  void saw_word(const std::string& word, bool after_semicolon) override {
    const bool may_be_trigger = first_word_ == "CREATE" && words_ <= 2;
    if (may_be_trigger && word == "TRIGGER") in_trigger_ = true;
    if (in_trigger_ && after_semicolon && word == "END") in_trigger_ = false;
  }

  bool may_end() const override { return !in_trigger_; }
  void begin_statement() override { in_trigger_ = false; }

  bool in_trigger_ = false;
};

class PostgresSplitter final : public Splitter {
 public:
  using Splitter::Splitter;

 private:
  // $$ … $$ and $tag$ … $tag$. ($1 is a parameter, and in a$b the sign is part of the name.)
  bool quoted() override {
    if (sql_[at_] != '$') return false;
    const auto tag = end_of(at_ + 1, "");
    const bool is_number = at_ + 1 < sql_.size() && sql_[at_ + 1] >= '0' && sql_[at_ + 1] <= '9';
    if (tag >= sql_.size() || sql_[tag] != '$' || is_number) return false;
    begin_token();
    const auto quote = sql_.substr(at_, tag + 1 - at_);
    skip_to(quote, quote.size(), "a dollar-quoted text that never ends");
    return true;
  }

  // They nest.
  void skip_comment() override {
    const auto begin = at_;
    int depth = 0;
    do {
      const auto next = sql_.find_first_of("/*", at_);
      const auto two = next == std::string_view::npos ? "" : sql_.substr(next, 2);
      if (two.empty()) return broken(begin, std::string(kOpenComment));
      if (two == "/*") ++depth;
      if (two == "*/") --depth;
      at_ = next + (two == "/*" || two == "*/" ? 2 : 1);
    } while (depth > 0);
  }

  std::size_t end_of_word(std::size_t at) const override { return end_of(at, "$"); }

  void saw_word(const std::string& word, bool) override {
    if (word == "E" && at_ < sql_.size() && sql_[at_] == '\'') skip_escaped();
    if (words_ <= 3 && (word == "FUNCTION" || word == "PROCEDURE")) makes_routine_ = true;
    if (first_word_ != "CREATE" || !makes_routine_ || parentheses_ != 0) return;
    if (word == "BEGIN" || (word == "CASE" && begins_ > 0)) ++begins_;
    if (word == "END" && begins_ > 0) --begins_;
  }

  // E'…', in which a backslash takes the quote's meaning.
  void skip_escaped() {
    const auto begin = at_;
    for (++at_; at_ < sql_.size() && sql_[at_] != '\''; ++at_) {
      if (sql_[at_] == '\\') ++at_;
    }
    if (at_ >= sql_.size()) return broken(begin, std::string(kOpenQuote));
    ++at_;
  }

  void saw_sign(char sign) override {
    if (sign == '(') ++parentheses_;
    if (sign == ')' && parentheses_ > 0) --parentheses_;
  }

  bool may_end() const override { return parentheses_ == 0 && begins_ == 0; }
  void begin_statement() override {
    parentheses_ = 0;
    begins_ = 0;
    makes_routine_ = false;
  }

  int parentheses_ = 0;
  int begins_ = 0;
  bool makes_routine_ = false;
};

}  // namespace

SplitScript split(std::string_view sql, sql::Engine engine) {
  return engine == sql::Engine::Postgres ? PostgresSplitter(sql).run() : SqliteSplitter(sql).run();
}

int line_at(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  return 1 + static_cast<int>(std::ranges::count(before, '\n'));
}

}  // namespace banyan::migrations
