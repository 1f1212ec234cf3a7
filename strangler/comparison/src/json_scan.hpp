// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace banyan::strangler {

enum class JsonKind : std::uint8_t { Object, Array, Text, Number, Boolean, Null, None };

/// A member of an object, or an element of a list, as it stands in the text.
struct Member {
  std::string_view key;
  std::string_view value;
  bool matched = false;
};

/// A position in a text of JSON (RFC 8259), which is read once and never copied. Each function
/// returns false where the text is no JSON; the scan is of no use afterwards.
class JsonScan {
 public:
  static constexpr unsigned kDeepest = 64;

  explicit JsonScan(std::string_view text) : text_(text) {}

  void blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }
  /// Of the value that begins here; None where none does.
  JsonKind kind() const;
  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  /// Passes the character over.
  bool take(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  /// What is between the quotes, as it stands there.
  bool text(std::string_view& raw);
  /// A number, true, false or null, as it stands there.
  bool word(std::string_view& raw);
  /// A value with all that is in it.
  bool skip(unsigned depth) {
    std::string_view span;
    return value(span, depth);
  }
  bool value(std::string_view& span, unsigned depth);
  /// A key and the colon behind it.
  bool key(std::string_view& raw);

  /// After an element: is there another one?
  bool another(char end, bool& more) {
    blanks();
    more = take(',');
    return more || take(end);
  }
  /// From a key on to the end of the object.
  bool members(std::vector<Member>& all, unsigned depth);
  /// A whole list.
  bool elements(std::vector<Member>& all, unsigned depth);

  bool at_end() const { return at_ == text_.size(); }
  std::size_t at() const { return at_; }
  std::string_view since(std::size_t begin) const { return text_.substr(begin, at_ - begin); }

 private:
  bool number();
  bool digits();

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace banyan::strangler
