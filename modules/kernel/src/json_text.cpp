// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/json_text.hpp"

#include "banyan/kernel/hex.hpp"

namespace banyan {
namespace {

void append_number(std::string& out, char c) {
  out += "\\u00";
  append_hex(out, static_cast<unsigned char>(c), 2);
}

// What needs nothing goes over in runs: hardly any text has something to escape.
template <class Needs, class Append>
void append_in_runs(std::string& out, std::string_view text, Needs needs, Append append) {
  std::size_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!needs(text[i])) continue;
    out.append(text.substr(run, i - run));
    append(out, text[i]);
    run = i + 1;
  }
  out.append(text.substr(run));
}

bool is_printable_ascii(char c) { return c >= 0x20 && c < 0x7F; }

}  // namespace

void append_json_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: append_number(out, c);
  }
}

void append_json_text(std::string& out, std::string_view text) {
  append_in_runs(out, text, needs_json_escape, append_json_escape);
}

void append_json_ascii(std::string& out, std::string_view text) {
  append_in_runs(
      out, text, [](char c) { return !is_printable_ascii(c) || needs_json_escape(c); },
      append_json_escape);
}

std::string json_string(std::string_view utf8) {
  std::string out = "\"";
  append_json_text(out, utf8);
  return out += '"';
}

}  // namespace banyan
