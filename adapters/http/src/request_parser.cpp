// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string>
#include <utility>

#include "banyan/http/parser.hpp"
#include "body_decoder.hpp"
#include "characters.hpp"
#include "head.hpp"

namespace banyan::http {
namespace {

bool is_host(std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    for (const char c : text.substr(1, close - 1)) {
      const bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      if (!hex && c != ':' && c != '.') return false;
    }
    port = text.substr(close + 1);
  } else {
    const std::size_t colon = text.find(':');
    const std::string_view name = text.substr(0, colon);
    if (name.empty() || !all(name, character::kHost)) return false;
    port = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (port.empty()) return true;
  if (port.front() != ':' || port.size() > 6) return false;
  for (const char c : port.substr(1)) {
    if (!is_digit(c)) return false;
  }
  return true;
}

std::optional<Refusal> check_host(const RequestHead& head) {
  const std::size_t hosts = head.fields.count("Host");
  if (hosts > 1) return Refusal{400, "http.two_hosts", "more than one Host field"};
  if (hosts == 0) {
    if (head.minor_version == 0) return std::nullopt;
    return Refusal{400, "http.no_host", "HTTP/1.1 needs a Host field"};
  }
  if (is_host(*head.fields.find("Host"))) return std::nullopt;
  return Refusal{400, "http.bad_host", "Host is not a name or address with an optional port"};
}

/// Turns the absolute form into the origin form, with what it names as Host in place of the field
/// that came (RFC 9112 §3.2.2), so that nobody after this meets two hosts.
std::optional<Refusal> check_target(RequestHead& head) {
  if (head.method == "CONNECT") {
    return Refusal{501, "http.connect", "CONNECT is not served here; this is no forward proxy"};
  }
  if (head.target.front() == '/') return std::nullopt;
  if (head.target == "*") {
    if (head.method == "OPTIONS") return std::nullopt;
    return Refusal{400, "http.bad_target", "the target `*` is only for OPTIONS"};
  }
  const std::string_view target = head.target;
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos ||
      (!equals_ignoring_case(target.substr(0, colon), "http") &&
       !equals_ignoring_case(target.substr(0, colon), "https"))) {
    return Refusal{400, "http.bad_target", "the target does not begin with `/`"};
  }
  const std::string_view rest = target.substr(colon + 3);
  const std::size_t slash = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, slash);
  // Some readers of a URI decode the name of its host, others do not.
  if (!is_host(authority) || authority.find('%') != std::string_view::npos) {
    return Refusal{400, "http.bad_target",
                   "the target does not name a host, with an optional port and no user"};
  }
  head.fields.set("Host", authority);
  if (slash == std::string_view::npos) {
    // RFC 9112 §3.2.4: without a path, OPTIONS is about the whole server.
    head.target = head.method == "OPTIONS" ? "*" : "/";
  } else {
    std::string origin(rest[slash] == '?' ? "/" : "");
    origin += rest.substr(slash);
    head.target = std::move(origin);
  }
  return std::nullopt;
}

}  // namespace

RequestParser::RequestParser(const Limits& limits)
    : limits_(limits),
      scanner_(std::make_unique<HeadScanner>()),
      body_(std::make_unique<BodyDecoder>()) {
  reset();
}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

void RequestParser::reset() {
  state_ = State::Head;
  idle_ = true;
  blank_line_ = false;
  keep_alive_ = false;
  expects_continue_ = false;
  framing_ = {};
  head_.clear();
  scanner_->begin_head(MessageKind::Request, limits_);
}

void RequestParser::switch_protocols() {
  Limits none = limits_;
  none.body_bytes = std::numeric_limits<std::uint64_t>::max();
  keep_alive_ = false;
  framing_ = Framing::until_close();
  body_->begin(framing_, none);
  state_ = State::Body;
}

void RequestParser::limit_body(std::uint64_t bytes) { body_->limit(bytes); }

Step RequestParser::refuse(Refusal refusal) {
  state_ = State::Refused;
  keep_alive_ = false;
  refusal_ = std::move(refusal);
  return {Step::Kind::Refused, 0, {}};
}

const Refusal* RequestParser::close() {
  if (state_ == State::Refused) return &refusal_;
  if (state_ == State::Done || (state_ == State::Head && idle_)) return nullptr;
  refuse({400, "http.cut", "the connection ended inside a request"});
  return &refusal_;
}

Fields& RequestParser::trailers() noexcept { return body_->trailers(); }

Step RequestParser::step(std::string_view input) {
  switch (state_) {
    case State::Refused: return {Step::Kind::Refused, 0, {}};
    case State::Done: return {Step::Kind::End, 0, {}};
    case State::Head: return step_head(input);
    case State::Body: break;
  }
  Step step = body_->step(input);
  if (step.kind == Step::Kind::Refused) return refuse(body_->refusal());
  if (step.kind == Step::Kind::End) state_ = State::Done;
  return step;
}

Step RequestParser::step_head(std::string_view input) {
  HeadScanner& scanner = *scanner_;
  std::size_t skipped = 0;
  // RFC 9112 §2.2: one empty line before a request is forgiven.
  if (scanner.scanned() == 0 && !blank_line_ && input.starts_with('\r')) {
    if (input.size() == 1) {
      idle_ = false;
      return {};
    }
    if (input[1] == '\n') {
      blank_line_ = true;
      skipped = 2;
      input.remove_prefix(2);
    }
  }
  idle_ = input.empty();
  const auto found = scanner.scan(input.substr(scanner.scanned()));
  if (found == HeadScanner::Found::Refused) return refuse(scanner.refusal());
  if (found == HeadScanner::Found::More) return {Step::Kind::NeedMore, skipped, {}};

  const std::string_view bytes = input.substr(0, scanner.scanned());
  if (auto refusal = read_head(bytes, scanner, head_)) return refuse(std::move(*refusal));
  if (head_.target.size() > limits_.target_bytes) {
    return refuse({414, "http.target_too_long", "a target longer than allowed"});
  }
  // First of all where the request ends: that is what attacks are about.
  DeclaredBody declared;
  if (auto refusal = declared_body(head_.fields, head_.minor_version, declared)) {
    return refuse(std::move(*refusal));
  }
  if (auto refusal = check_host(head_)) return refuse(std::move(*refusal));
  if (auto refusal = check_target(head_)) return refuse(std::move(*refusal));
  if (declared.chunked) framing_ = Framing::chunked();
  if (declared.length) framing_ = Framing::of_length(*declared.length);
  if (framing_.length > limits_.body_bytes) {
    return refuse({413, "http.body_too_large",
                   "a body of " + std::to_string(framing_.length) +
                       " bytes is announced and is longer than allowed"});
  }
  if (const auto expectation = head_.fields.find("Expect")) {
    if (!equals_ignoring_case(*expectation, "100-continue")) {
      return refuse({417, "http.unknown_expectation", "only 100-continue can be expected"});
    }
    expects_continue_ = head_.minor_version == 1 && framing_.kind != Framing::Kind::None;
  }
  keep_alive_ = head_.minor_version == 1 ? !head_.fields.has_token("Connection", "close")
                                         : head_.fields.has_token("Connection", "keep-alive") &&
                                               !head_.fields.has_token("Connection", "close");
  body_->begin(framing_, limits_);
  state_ = State::Body;
  return {Step::Kind::Head, skipped + bytes.size(), {}};
}

}  // namespace banyan::http
