// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "characters.hpp"
#include "head_reader.hpp"

namespace banyan::http {

void LineScanner::begin_head(MessageKind kind, const Limits& limits) {
  at_ = At::StartLine;
  kind_ = kind;
  scanned_ = 0;
  line_ = 1;
  fields_ = 0;
  max_bytes_ = limits.head_bytes;
  // A method and a version have to fit beside the target.
  max_start_line_ = kind == MessageKind::Request ? limits.target_bytes + 64 : limits.head_bytes;
  max_fields_ = limits.fields;
}

void LineScanner::begin_trailers(const Limits& limits) {
  begin_head(MessageKind::Request, limits);
  at_ = At::LineBegin;
  max_bytes_ = limits.trailer_bytes;
}

LineScanner::Found LineScanner::refuse(unsigned status, std::string_view name,
                                       std::string_view what) {
  refusal_ = {status, std::string(name),
              std::string(what) + " in line " + std::to_string(line_) + " of the head, at byte " +
                  std::to_string(scanned_)};
  return Found::Refused;
}

LineScanner::Found LineScanner::scan(std::string_view bytes) {
  for (const char c : bytes) {
    if (scanned_ == max_bytes_) {
      return refuse(431, "http.head_too_large",
                    "more than the " + std::to_string(max_bytes_) + " bytes allowed");
    }
    switch (at_) {
      case At::StartLine:
        if (c == '\r') {
          at_ = At::LineFeed;
        } else if (c == '\n') {
          return refuse(400, "http.bare_line_feed", "a line feed without carriage return");
        } else if (scanned_ == max_start_line_) {
          return refuse(414, "http.target_too_long", "a target longer than allowed");
        } else if (!is(c, character::kValue) || (c == '\t' && kind_ == MessageKind::Request)) {
          return refuse(400, "http.control_character", "a control character");
        } else if (static_cast<unsigned char>(c) >= 0x80 && kind_ == MessageKind::Request) {
          return refuse(400, "http.non_ascii_target", "a byte that is not ASCII");
        }
        break;
      case At::LineBegin:
        if (c == '\r') {
          at_ = At::LastLineFeed;
          break;
        }
        if (c == ' ' || c == '\t') {
          return refuse(400, "http.folded_line", "a line that begins with a blank (obs-fold)");
        }
        if (++fields_ > max_fields_) {
          return refuse(431, "http.too_many_fields",
                        "more than the " + std::to_string(max_fields_) + " fields allowed");
        }
        if (c == ':') return refuse(400, "http.bad_field_name", "a field without a name");
        at_ = At::Name;
        [[fallthrough]];
      case At::Name:
        if (c == ':') {
          at_ = At::Value;
        } else if (c == ' ' || c == '\t') {
          return refuse(400, "http.blank_before_colon", "a blank in or after a field name");
        } else if (c == '\n') {
          return refuse(400, "http.bare_line_feed", "a line feed without carriage return");
        } else if (c == '\r') {
          return refuse(400, "http.line_without_colon", "a line without colon");
        } else if (!is(c, character::kToken)) {
          return refuse(400, "http.bad_field_name",
                        "a character that may not stand in a field name");
        }
        break;
      case At::Value:
        if (c == '\r') {
          at_ = At::LineFeed;
        } else if (c == '\n') {
          return refuse(400, "http.bare_line_feed", "a line feed without carriage return");
        } else if (!is(c, character::kValue)) {
          return refuse(400, "http.control_character", "a control character");
        }
        break;
      case At::LineFeed:
        if (c != '\n') {
          return refuse(400, "http.bare_carriage_return", "a carriage return without line feed");
        }
        ++line_;
        at_ = At::LineBegin;
        break;
      case At::LastLineFeed:
        if (c != '\n') {
          return refuse(400, "http.bare_carriage_return", "a carriage return without line feed");
        }
        ++scanned_;
        return Found::End;
    }
    ++scanned_;
  }
  return Found::More;
}

}  // namespace banyan::http
