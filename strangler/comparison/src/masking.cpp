// SPDX-License-Identifier: Apache-2.0
#include "masking.hpp"

#include <algorithm>
#include <cstddef>

#include "json_scan.hpp"
#include "places.hpp"

namespace banyan::strangler {
namespace {

constexpr std::size_t kLongestForm = 64;
constexpr std::size_t kLongNumber = 7;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string masked_number(std::string_view raw) {
  std::string text(raw);
  if (static_cast<std::size_t>(std::ranges::count_if(raw, is_digit)) >= kLongNumber) {
    std::ranges::replace_if(text, is_digit, '9');
  }
  return text;
}

/// Inside quotes: the form of a text has no quotes and backslashes of its own to escape.
std::string quoted_form(std::string_view raw) {
  std::string form = form_of(raw);
  std::erase_if(form, [](char c) { return c == '"' || c == '\\'; });
  return '"' + form + '"';
}

class Masker {
 public:
  Masker(const OperationRules& rules, std::string_view body) : rules_(rules), scan_(body) {}

  bool run(std::string& out) {
    scan_.blanks();
    if (!value(root_place(rules_), false, 0)) return false;
    scan_.blanks();
    if (!scan_.at_end()) return false;
    out = std::move(out_);
    return true;
  }

 private:
  bool value(const Place& place, bool open, unsigned depth) {
    if (depth > JsonScan::kDeepest) return false;
    open = open || resolve(place, rules_.effect()).rule.open ||
           (place.described != nullptr && place.described->kind == json::Kind::Enumeration);
    std::string_view raw;
    switch (scan_.kind()) {
      case JsonKind::Object: return object(place, open, depth);
      case JsonKind::Array: return array(place, open, depth);
      case JsonKind::Text:
        if (!scan_.text(raw)) return false;
        out_ += open ? '"' + std::string(raw) + '"' : quoted_form(raw);
        return true;
      case JsonKind::None: return false;
      default:
        if (!scan_.word(raw)) return false;
        out_ += open ? std::string(raw) : masked_number(raw);
        return true;
    }
  }

  bool object(const Place& place, bool open, unsigned depth) {
    (void)scan_.take('{');
    out_ += '{';
    scan_.blanks();
    for (bool more = !scan_.take('}'); more;) {
      std::string_view key;
      if (!scan_.key(key)) return false;
      out_ += open || step_to(place, key) != "*" ? '"' + std::string(key) + '"' : quoted_form(key);
      out_ += ':';
      if (!value(below(place, key), open, depth + 1) || !scan_.another('}', more)) return false;
      if (more) out_ += ',';
    }
    out_ += '}';
    return true;
  }

  bool array(const Place& place, bool open, unsigned depth) {
    (void)scan_.take('[');
    out_ += '[';
    scan_.blanks();
    for (bool more = !scan_.take(']'); more;) {
      scan_.blanks();
      if (!value(element_of(place), open, depth + 1) || !scan_.another(']', more)) return false;
      if (more) out_ += ',';
    }
    out_ += ']';
    return true;
  }

  const OperationRules& rules_;
  JsonScan scan_;
  std::string out_;
};

/// A step that a route may have: "albums", "v2", "by-artist".
bool is_plain_word(std::string_view step) {
  return step.size() <= 24 &&
         std::ranges::all_of(step,
                             [](char c) {
                               return (c >= 'a' && c <= 'z') || c == '-' || c == '_' || is_digit(c);
                             }) &&
         std::ranges::count_if(step, is_digit) <= 2;
}

}  // namespace

std::string form_of(std::string_view text) {
  std::string form;
  for (const char c : text) {
    if (form.size() == kLongestForm) return form + "…";
    const auto byte = static_cast<unsigned char>(c);
    if (c >= 'A' && c <= 'Z') {
      form += 'A';
    } else if ((c >= 'a' && c <= 'z') || byte >= 0xC0) {
      form += 'a';
    } else if (is_digit(c)) {
      form += '9';
    } else if (byte < 0x80) {
      form += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }  // else the rest of a character
  }
  return form;
}

bool same_form(std::string_view left, std::string_view right) {
  if (left.empty() || right.empty()) return left.empty() && right.empty();
  return left.size() <= 2 * right.size() && right.size() <= 2 * left.size();
}

std::string mask_value(std::string_view raw) {
  std::string out;
  std::size_t at = 0;
  while (at < raw.size()) {
    const std::size_t begin = at;
    if (raw[at] == '"') {
      for (++at; at < raw.size() && raw[at] != '"'; ++at) {
        if (raw[at] == '\\') ++at;
      }
      const std::size_t end = std::min(at, raw.size());
      at = std::min(end + 1, raw.size());
      const std::string_view text = raw.substr(begin + 1, end - begin - 1);
      const bool is_key = at < raw.size() && raw[at] == ':';
      out += is_key && step_to({}, text) != "*" ? '"' + std::string(text) + '"' : quoted_form(text);
    } else if (is_digit(raw[at])) {
      while (at < raw.size() && (is_digit(raw[at]) || raw[at] == '.')) ++at;
      out += masked_number(raw.substr(begin, at - begin));
    } else {
      out += raw[at++];
    }
  }
  return out;
}

std::string mask_body(std::string_view body, const OperationRules& rules) {
  if (body.empty()) return {};
  std::string masked;
  if (Masker(rules, body).run(masked)) return masked;
  return form_of(body);
}

std::string mask_target(std::string_view target, bool& masked) {
  std::string out;
  const std::size_t question = std::min(target.find('?'), target.size());
  const auto put = [&](std::string_view part) {
    if (is_plain_word(part)) {
      out += part;
    } else {
      out += form_of(part);
      masked = true;
    }
  };
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= question; ++at) {
    if (at < question && target[at] != '/') continue;
    put(target.substr(begin, at - begin));
    if (at < question) out += '/';
    begin = at + 1;
  }
  for (std::size_t at = begin = question; at < target.size(); ++at) {
    const char c = target[at];
    if (c != '?' && c != '&' && c != '=') continue;
    if (at > begin) put(target.substr(begin, at - begin));
    out += c;
    begin = at + 1;
  }
  if (begin < target.size()) put(target.substr(begin));
  return out;
}

}  // namespace banyan::strangler
