// SPDX-License-Identifier: Apache-2.0
#include "head_scanner.hpp"

#include <algorithm>
#include <string>

#include "characters.hpp"

namespace banyan::http {
namespace {

const char* skip_token(const char* at, const char* end) noexcept {
  while (at != end && is(*at, character::kToken)) ++at;
  return at;
}

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

const char* skip_blanks(const char* at, const char* end) noexcept {
  while (at != end && is_blank(*at)) ++at;
  return at;
}

}  // namespace

void HeadScanner::begin_head(MessageKind kind, const Limits& limits) {
  at_ = At::StartLine;
  kind_ = kind;
  scanned_ = 0;
  line_ = 1;
  start_line_size_ = 0;
  places_.clear();
  max_bytes_ = limits.head_bytes;
  // A method and a version have to fit beside the target.
  max_start_line_ = kind == MessageKind::Request ? limits.target_bytes + 64 : limits.head_bytes;
  max_fields_ = limits.fields;
  utf8_targets_ = limits.utf8_targets;
}

void HeadScanner::begin_trailers(const Limits& limits) {
  begin_head(MessageKind::Request, limits);
  at_ = At::LineBegin;
  max_bytes_ = limits.trailer_bytes;
}

HeadScanner::Found HeadScanner::refuse(unsigned status, std::string_view name,
                                       std::string_view what) {
  refusal_ = {status, std::string(name),
              std::string(what) + " in line " + std::to_string(line_) + " of the head, at byte " +
                  std::to_string(scanned_)};
  return Found::Refused;
}

HeadScanner::Found HeadScanner::refuse_start_line(char c) {
  if (c == '\n') return refuse(400, "http.bare_line_feed", "a line feed without carriage return");
  if (scanned_ == max_start_line_) {
    return refuse(414, "http.target_too_long", "a target longer than allowed");
  }
  if (is(c, character::kValue) && c != '\t') {
    return refuse(400, "http.non_ascii_target", "a byte that is not ASCII");
  }
  return refuse(400, "http.control_character", "a control character");
}

HeadScanner::Found HeadScanner::refuse_name(char c) {
  if (c == ' ' || c == '\t') {
    return refuse(400, "http.blank_before_colon", "a blank in or after a field name");
  }
  if (c == '\n') return refuse(400, "http.bare_line_feed", "a line feed without carriage return");
  if (c == '\r') return refuse(400, "http.line_without_colon", "a line without colon");
  return refuse(400, "http.bad_field_name", "a character that may not stand in a field name");
}

HeadScanner::Found HeadScanner::refuse_value(char c) {
  if (c == '\n') return refuse(400, "http.bare_line_feed", "a line feed without carriage return");
  return refuse(400, "http.control_character", "a control character");
}

void HeadScanner::see_value(std::string_view run) noexcept {
  const std::size_t last = run.find_last_not_of(" \t");
  blanks_ = last == std::string_view::npos ? blanks_ + run.size() : run.size() - last - 1;
}

HeadScanner::Found HeadScanner::scan(std::string_view bytes) {
  const std::size_t allowed = max_bytes_ - scanned_;
  const Found found = scan_allowed(bytes.substr(0, allowed));
  if (found == Found::More && bytes.size() > allowed) {
    return refuse(431, "http.head_too_large",
                  "more than the " + std::to_string(max_bytes_) + " bytes allowed");
  }
  return found;
}

const char* HeadScanner::scan_whole_line(const char* begin, const char* end, std::size_t offset) {
  const char* const colon = skip_token(begin, end);
  if (colon == begin || colon == end || *colon != ':' || places_.size() == max_fields_) {
    return nullptr;
  }
  const char* const value = skip_blanks(colon + 1, end);
  const char* const stop = skip_value(value, end);
  if (end - stop < 2 || stop[0] != '\r' || stop[1] != '\n') return nullptr;
  const char* last = stop;
  while (last != value && is_blank(last[-1])) --last;
  const auto place = [&](const char* where) {
    return static_cast<std::uint32_t>(offset + static_cast<std::size_t>(where - begin));
  };
  places_.push_back({place(begin), static_cast<std::uint32_t>(colon - begin), place(value),
                     static_cast<std::uint32_t>(last - value)});
  ++line_;
  return stop + 2;
}

const char* HeadScanner::skip_start_line(const char* at, const char* end) const noexcept {
  if (kind_ == MessageKind::Response) return skip_value(at, end);
  at = skip_visible(at, end);
  if (!utf8_targets_) return at;
  while (at != end && static_cast<unsigned char>(*at) > 0x7F) at = skip_visible(at + 1, end);
  return at;
}

HeadScanner::Found HeadScanner::scan_allowed(std::string_view bytes) {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* at = begin;
  const std::size_t before = scanned_;
  const auto reach = [&](const char* where) {
    at = where;
    scanned_ = before + static_cast<std::size_t>(at - begin);
  };
  while (at != end) {
    switch (at_) {
      case At::StartLine: {
        const auto left = static_cast<std::ptrdiff_t>(max_start_line_ - scanned_);
        const char* const stop = end - at > left ? at + left : end;
        reach(skip_start_line(at, stop));
        if (at == end) break;
        if (*at != '\r') return refuse_start_line(*at);
        start_line_size_ = scanned_;
        at_ = At::LineFeed;
        reach(at + 1);
        break;
      }
      case At::LineBegin:
        if (const char* const next = scan_whole_line(at, end, scanned_)) {
          reach(next);
          break;
        }
        if (*at == '\r') {
          at_ = At::LastLineFeed;
          reach(at + 1);
          break;
        }
        if (is_blank(*at)) {
          return refuse(400, "http.folded_line", "a line that begins with a blank (obs-fold)");
        }
        if (places_.size() == max_fields_) {
          return refuse(431, "http.too_many_fields",
                        "more than the " + std::to_string(max_fields_) + " fields allowed");
        }
        if (*at == ':') return refuse(400, "http.bad_field_name", "a field without a name");
        places_.push_back({static_cast<std::uint32_t>(scanned_), 0, 0, 0});
        at_ = At::Name;
        [[fallthrough]];
      case At::Name:
        reach(skip_token(at, end));
        if (at == end) break;
        if (*at != ':') return refuse_name(*at);
        places_.back().name_size = static_cast<std::uint32_t>(scanned_) - places_.back().name_at;
        at_ = At::BeforeValue;
        reach(at + 1);
        break;
      case At::BeforeValue:
        reach(skip_blanks(at, end));
        if (at == end) break;
        places_.back().value_at = static_cast<std::uint32_t>(scanned_);
        blanks_ = 0;
        at_ = At::Value;
        [[fallthrough]];
      case At::Value: {
        const char* const from = at;
        reach(skip_value(at, end));
        see_value({from, at});
        if (at == end) break;
        if (*at != '\r') return refuse_value(*at);
        Fields::Place& place = places_.back();
        place.value_size = static_cast<std::uint32_t>(scanned_ - blanks_) - place.value_at;
        at_ = At::LineFeed;
        reach(at + 1);
        break;
      }
      case At::LineFeed:
        if (*at != '\n') {
          return refuse(400, "http.bare_carriage_return", "a carriage return without line feed");
        }
        ++line_;
        at_ = At::LineBegin;
        reach(at + 1);
        break;
      case At::LastLineFeed:
        if (*at != '\n') {
          return refuse(400, "http.bare_carriage_return", "a carriage return without line feed");
        }
        reach(at + 1);
        return Found::End;
    }
  }
  return Found::More;
}

}  // namespace banyan::http
