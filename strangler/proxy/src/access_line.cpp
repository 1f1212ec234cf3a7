// SPDX-License-Identifier: Apache-2.0
#include "access_line.hpp"

#include <array>
#include <charconv>
#include <ctime>

namespace banyan::strangler {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

/// Whatever users send cannot end its line or its quotes, and is pure ASCII: bytes that are none
/// are told by their number.
void append_escaped(std::string& out, std::string_view text, std::string_view number_mark) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) {
      out.append(number_mark);
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
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
  void text(std::string_view key, std::string_view value) {
    begin(key);
    out_ += '"';
    append_escaped(out_, value, "\\u00");
    out_ += '"';
  }
  void text_if_any(std::string_view key, std::string_view value) {
    if (!value.empty()) text(key, value);
  }
  void number(std::string_view key, std::uint64_t value) {
    begin(key);
    append_number(out_, value);
  }
  void milliseconds(std::string_view key, std::chrono::nanoseconds time) {
    begin(key);
    const auto micros = static_cast<std::uint64_t>(time.count() / 1'000);
    append_number(out_, micros / 1'000);
    out_ += '.';
    const std::uint64_t rest = micros % 1'000;
    out_ += static_cast<char>('0' + rest / 100);
    out_ += static_cast<char>('0' + rest / 10 % 10);
    out_ += static_cast<char>('0' + rest % 10);
  }
  void end() { out_ += "}\n"; }

 private:
  void begin(std::string_view key) {
    out_ += first_ ? '{' : ',';
    first_ = false;
    out_.append("\"").append(key).append("\":");
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
  const Outcome& outcome = line.outcome;
  JsonLine json(out);
  json.text("time", to_string(line.now));
  json.text("request_id", line.request_id);
  json.text_if_any("correlation_id", field(line, "X-Correlation-Id"));
  json.text("peer", line.peer.host);
  json.text_if_any("forwarded_for", field(line, "X-Forwarded-For"));
  json.text("method", head.method);
  json.text("host", field(line, "Host"));
  json.text("target", head.target);
  json.number("status", outcome.status);
  json.number("bytes", outcome.answer_bytes);
  json.milliseconds("milliseconds", outcome.took);
  json.text_if_any("user_agent", field(line, "User-Agent"));
  if (line.route != nullptr) {
    json.text("route", line.route->name);
    json.text("side", to_string(outcome.side));
    json.text("upstream", outcome.attempts == 0 ? "" : to_string(outcome.endpoint));
    json.number("attempts", outcome.attempts);
    json.text("outcome", to_string(outcome.failure));
  } else {
    json.text("outcome", "refused");
    json.text_if_any("refusal", line.refusal);
  }
  json.end();
}

void append_combined(std::string& out, const AccessLine& line) {
  const http::RequestHead& head = line.head;
  const auto quoted = [&](std::string_view text) {
    out += '"';
    append_escaped(out, text.empty() ? "-" : text, "\\x");
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
    append_escaped(out, head.method, "\\x");
    out += ' ';
    append_escaped(out, head.target, "\\x");
    out.append(head.minor_version == 0 ? " HTTP/1.0\" " : " HTTP/1.1\" ");
  } else {
    // Nobody has found it good: it is told as far as there is something.
    append_escaped(out, head.method.empty() ? "-" : std::string_view(head.method), "\\x");
    if (!head.target.empty()) out += ' ';
    append_escaped(out, head.target, "\\x");
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

}  // namespace banyan::strangler
