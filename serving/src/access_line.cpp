// SPDX-License-Identifier: Apache-2.0
#include "access_line.hpp"

#include <array>
#include <charconv>
#include <ctime>

#include "banyan/kernel/hex.hpp"
#include "banyan/kernel/json_text.hpp"
#include "banyan/serving/access_fields.hpp"

namespace banyan::serving {
namespace {

/// As nginx does it in this format: whatever users send cannot end its line or its quotes, and is
/// pure ASCII: bytes that are none are told by their number.
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) {
      out.append("\\x");
      append_hex(out, byte, 2);
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 24> digits;
  out.append(digits.data(),
             std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

class JsonLine {
 public:
  explicit JsonLine(std::string& out) : out_(out) {}
  void text(AccessFieldName key, std::string_view value) {
    begin(key);
    out_ += '"';
    append_json_ascii(out_, value);
    out_ += '"';
  }
  void text_if_any(AccessFieldName key, std::string_view value) {
    if (!value.empty()) text(key, value);
  }
  void number(AccessFieldName key, std::uint64_t value) {
    begin(key);
    append_number(out_, value);
  }
  void yes(AccessFieldName key) {
    begin(key);
    out_ += "true";
  }
  /// To the microsecond.
  void seconds(AccessFieldName key, std::chrono::nanoseconds time) {
    begin(key);
    const auto micros = static_cast<std::uint64_t>(time.count() / 1'000);
    append_number(out_, micros / 1'000'000);
    out_ += '.';
    const std::string rest = std::to_string(micros % 1'000'000);
    out_.append(6 - rest.size(), '0').append(rest);
  }
  void end() { out_ += "}\n"; }

 private:
  void begin(AccessFieldName key) {
    out_ += first_ ? '{' : ',';
    first_ = false;
    out_.append("\"").append(key.text).append("\":");
  }
  std::string& out_;
  bool first_ = true;
};

std::string_view field(const AccessLine& line, std::string_view name) {
  return line.head.fields.find(name).value_or(std::string_view());
}

}  // namespace

void append_json(std::string& out, const AccessLine& line) {
  const http::RequestHead& head = line.head;
  const strangler::Outcome& outcome = line.outcome;
  JsonLine json(out);
  json.text("time", to_string(line.now));
  json.text("request_id", line.request_id);
  json.text_if_any("correlation_id", field(line, "X-Correlation-Id"));
  json.text_if_any("trace_id", line.marks.trace_id);
  json.text("peer", line.peer.host);
  json.text_if_any("forwarded_for", field(line, "X-Forwarded-For"));
  json.text("method", head.method);
  json.text("host", field(line, "Host"));
  json.text("target", head.target);
  json.number("status", outcome.status);
  json.number("response_bytes", outcome.answer_bytes);
  json.seconds("duration_seconds", outcome.took);
  json.text_if_any("user_agent", field(line, "User-Agent"));
  if (line.route != nullptr) {
    json.text("route", line.route->name);
    json.text("side", to_string(outcome.side));
    // Of a copy that has failed nobody keeps whom it had been sent to.
    const bool known = outcome.attempts != 0 && !outcome.endpoint.host.empty();
    json.text("upstream_address", known ? to_string(outcome.endpoint) : "");
    json.number("attempts", outcome.attempts);
    json.text("outcome", to_string(outcome.failure));
    if (outcome.in_place_of) json.text("fell_back", strangler::reason_of(*outcome.in_place_of));
    if (line.marks.forced) json.yes("forced");
    json.text_if_any("not_forced", line.marks.not_forced);
    if (line.shadow) json.yes("shadow");
  } else {
    json.text("outcome", "refused");
    json.text_if_any("rule", line.refusal);
  }
  json.end();
}

void append_combined(std::string& out, const AccessLine& line) {
  const http::RequestHead& head = line.head;
  const auto quoted = [&](std::string_view text) {
    out += '"';
    append_escaped(out, text.empty() ? "-" : text);
    out += '"';
  };
  const std::time_t seconds = line.now.micros / 1'000'000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 40> time{};
  const std::size_t size = std::strftime(time.data(), time.size(), "%d/%b/%Y:%H:%M:%S +0000", &utc);
  const std::string& peer = line.peer.host;
  out.append(peer.empty() ? "-" : std::string_view(peer)).append(" - - [");
  out.append(time.data(), size).append("] \"");
  if (line.refusal.empty()) {
    append_escaped(out, head.method);
    out += ' ';
    append_escaped(out, head.target);
    out.append(head.minor_version == 0 ? " HTTP/1.0\" " : " HTTP/1.1\" ");
  } else {
    // Nobody has found it good: it is told as far as there is something.
    append_escaped(out, head.method.empty() ? "-" : std::string_view(head.method));
    if (!head.target.empty()) out += ' ';
    append_escaped(out, head.target);
    out.append("\" ");
  }
  append_number(out, line.outcome.status);
  out += ' ';
  if (line.outcome.answer_bytes == 0) {
    out += '-';
  } else {
    append_number(out, line.outcome.answer_bytes);
  }
  out += ' ';
  quoted(field(line, "Referer"));
  out += ' ';
  quoted(field(line, "User-Agent"));
  out += '\n';
}

}  // namespace banyan::serving
