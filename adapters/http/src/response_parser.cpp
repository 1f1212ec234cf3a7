// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string>
#include <utility>

#include "banyan/http/parser.hpp"
#include "body_decoder.hpp"
#include "head.hpp"

namespace banyan::http {

ResponseParser::ResponseParser(const Limits& limits)
    : limits_(limits),
      scanner_(std::make_unique<HeadScanner>()),
      body_(std::make_unique<BodyDecoder>()) {
  reset();
}
ResponseParser::~ResponseParser() = default;
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
ResponseParser& ResponseParser::operator=(ResponseParser&&) noexcept = default;

void ResponseParser::expect(std::string_view method, bool may_upgrade) {
  to_head_ = method == "HEAD";
  may_upgrade_ = may_upgrade;
}

void ResponseParser::reset() {
  if (state_ == State::Done && !interim()) {
    to_head_ = false;
    may_upgrade_ = false;
  }
  state_ = State::Head;
  idle_ = true;
  closed_ = false;
  keep_alive_ = false;
  has_body_ = false;
  framing_ = {};
  head_.clear();
  scanner_->begin_head(MessageKind::Response, limits_);
}

Step ResponseParser::refuse(Refusal refusal) {
  state_ = State::Refused;
  keep_alive_ = false;
  refusal_ = std::move(refusal);
  refusal_.status = 502;
  return {Step::Kind::Refused, 0, {}};
}

const Refusal* ResponseParser::close() {
  if (state_ == State::Refused) return &refusal_;
  if (state_ == State::Done || (state_ == State::Head && idle_)) return nullptr;
  if (state_ == State::Body && (!has_body_ || body_->ends_with_connection())) {
    closed_ = true;
    return nullptr;
  }
  refuse({502, "http.cut", "the connection ended inside an answer"});
  return &refusal_;
}

Fields& ResponseParser::trailers() noexcept { return body_->trailers(); }

Step ResponseParser::step(std::string_view input) {
  switch (state_) {
    case State::Refused: return {Step::Kind::Refused, 0, {}};
    case State::Done: return {Step::Kind::End, 0, {}};
    case State::Head: return step_head(input);
    case State::Body: break;
  }
  if (!has_body_ || (closed_ && input.empty())) {
    state_ = State::Done;
    return {Step::Kind::End, 0, {}};
  }
  Step step = body_->step(input);
  if (step.kind == Step::Kind::Refused) return refuse(body_->refusal());
  if (step.kind == Step::Kind::End) state_ = State::Done;
  return step;
}

Step ResponseParser::step_head(std::string_view input) {
  HeadScanner& scanner = *scanner_;
  idle_ = input.empty();
  const auto found = scanner.scan(input.substr(scanner.scanned()));
  if (found == HeadScanner::Found::Refused) return refuse(scanner.refusal());
  if (found == HeadScanner::Found::More) return {};

  const std::string_view bytes = input.substr(0, scanner.scanned());
  if (auto refusal = read_head(bytes, scanner, head_)) return refuse(std::move(*refusal));
  if (head_.status == 101 && !may_upgrade_) {
    return refuse({502, "http.unasked_101", "101 answers a request that did not ask to upgrade"});
  }
  DeclaredBody declared;
  if (auto refusal = declared_body(head_.fields, head_.minor_version, declared)) {
    return refuse(std::move(*refusal));
  }
  const bool bare = head_.status < 200 || head_.status == 204;
  if (bare && (declared.chunked || declared.length.value_or(0) != 0)) {
    return refuse({502, "http.body_where_none_is",
                   "an answer with status " + std::to_string(head_.status) + " announces a body"});
  }
  has_body_ = !bare && head_.status != 304 && !to_head_;
  if (declared.chunked) {
    framing_ = Framing::chunked();
  } else if (declared.length) {
    framing_ = Framing::of_length(*declared.length);
  } else if (has_body_) {
    framing_ = Framing::until_close();
  }
  if (bare) framing_ = Framing::none();
  Limits limits = limits_;
  if (head_.status == 101) {
    has_body_ = true;
    framing_ = Framing::until_close();
    limits.body_bytes = std::numeric_limits<std::uint64_t>::max();
  }
  if (has_body_ && framing_.length > limits_.body_bytes) {
    return refuse({502, "http.body_too_large",
                   "a body of " + std::to_string(framing_.length) +
                       " bytes is announced and is longer than allowed"});
  }
  const bool wanted = head_.minor_version == 1 ? !head_.fields.has_token("Connection", "close")
                                               : head_.fields.has_token("Connection", "keep-alive");
  keep_alive_ = wanted && framing_.kind != Framing::Kind::UntilClose && head_.status != 101;
  body_->begin(framing_, limits);
  state_ = State::Body;
  return {Step::Kind::Head, bytes.size(), {}};
}

}  // namespace banyan::http
