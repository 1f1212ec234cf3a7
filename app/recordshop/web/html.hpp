// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// Pages are built from values, so that nothing a stranger wrote becomes markup: text is escaped
/// where it enters, and only what the compiler has seen is taken as it is. A template engine would
/// be a second language whose escaping is a setting; these are functions.
namespace recordshop::web {

/// A name or a piece of markup that stands in the source: made by the compiler only.
class Literal {
 public:
  consteval Literal(const char* text) : text_(text) {}  // NOLINT(google-explicit-constructor)
  constexpr std::string_view str() const { return text_; }

 private:
  std::string_view text_;
};

/// The name of an element whose content is HTML. Not that of `script` and `style`: theirs is not,
/// and escaping would not help there.
class TagName {
 public:
  consteval TagName(const char* name) : name_(name) {  // NOLINT(google-explicit-constructor)
    if (name_.empty() || name_ == "script" || name_ == "style") throw "not an element for text";
    for (const char c : name_) {
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) throw "not an element's name";
    }
  }
  constexpr std::string_view str() const { return name_; }

 private:
  std::string_view name_;
};

/// The name of an attribute whose value is text. Not those that run (`onclick`) or style: the
/// content policy of the pages forbids them anyway.
class AttributeName {
 public:
  consteval AttributeName(const char* name) : name_(name) {  // NOLINT(google-explicit-constructor)
    if (name_.empty() || name_.starts_with("on") || name_ == "style") throw "not for text";
    for (const char c : name_) {
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') throw "not a name";
    }
  }
  constexpr std::string_view str() const { return name_; }

 private:
  std::string_view name_;
};

/// `{"href", url}`; `{"disabled", true}` stands without a value, or not at all.
struct Attribute {
  Attribute(AttributeName given, std::string_view text) : name(given), value(text) {}
  Attribute(AttributeName given, const std::string& text) : name(given), value(text) {}
  Attribute(AttributeName given, const char* text) : name(given), value(text) {}
  Attribute(AttributeName given, bool is_there) : name(given), there(is_there) {}

  AttributeName name;
  std::optional<std::string> value;
  bool there = true;
};
using Attributes = std::initializer_list<Attribute>;

/// A piece of HTML, well-formed in itself.
class Html {
 public:
  Html() = default;
  Html(std::string_view text);    // NOLINT(google-explicit-constructor): escaped
  Html(const std::string& text);  // NOLINT(google-explicit-constructor): escaped
  Html(const char* text);         // NOLINT(google-explicit-constructor): escaped

  static Html literal(Literal markup);

  Html& operator+=(const Html& more) {
    markup_ += more.markup_;
    return *this;
  }
  friend Html operator+(Html left, const Html& right) { return std::move(left += right); }

  bool empty() const { return markup_.empty(); }
  const std::string& str() const { return markup_; }

 private:
  friend Html element(TagName name, Attributes attributes, Html content);
  friend Html void_element(TagName name, Attributes attributes);
  friend Html script_from(std::string_view url);

  std::string markup_;
};

/// <name attributes>content</name>
Html element(TagName name, Attributes attributes, Html content);
/// One that has no content and no end: img, input, link, meta, br.
Html void_element(TagName name, Attributes attributes);

/// A script of that address.
Html script_from(std::string_view url);

/// element() of several pieces, texts among them.
template <class... Pieces>
Html tag(TagName name, Attributes attributes, const Pieces&... pieces) {
  Html content;
  (..., (content += Html(pieces)));
  return element(name, attributes, std::move(content));
}

/// What `make` makes of each of them.
template <class Range, class Make>
Html each(const Range& range, Make make) {
  Html all;
  for (const auto& one : range) all += make(one);
  return all;
}

}  // namespace recordshop::web
