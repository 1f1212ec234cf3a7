// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

#include "banyan/http/message.hpp"
#include "banyan/kernel/error.hpp"

namespace banyan::http {

inline constexpr std::string_view kProblemType = "application/problem+json";

/// What a problem document says (RFC 9457). Everything is a view that lives until problem_answer()
/// returns; bytes that are not UTF-8 are replaced.
struct Problem {
  unsigned status = 500;
  ErrorCode code = ErrorCode::Internal;
  /// Stable name of what was broken: programs go by it. "banyan.…", "http.…" (the engine),
  /// "proxy.…", or a module's own.
  std::string_view rule;
  std::string_view detail;               ///< for people: what, where, and the next step
  std::span<const Detail> places = {};   ///< what is wrong in the request, place by place
  std::string_view correlation_id = {};  ///< "": not known
  std::optional<std::chrono::seconds> retry_after = std::nullopt;
};

/// The one producer of problem documents: every layer's answers that say why something did not
/// happen come from here and satisfy the schema `Problem` of the published OpenAPI document.
Response problem_answer(const Problem& problem);

/// The same for a refusal of the engine or of the proxy: its name is the rule, the code follows
/// from the status. One of 503 says Retry-After.
Response problem_response(const Refusal& refusal, std::string_view correlation_id = {});

/// Retry-After of an answer, an hour at most. Nothing when it is not there, and in its other form:
/// a date is not worth a parser here.
std::optional<std::chrono::seconds> retry_after(const ResponseHead& head);

/// What a status stands for in an answer that was refused before any operation saw the request.
ErrorCode code_of_refusal(unsigned status) noexcept;

/// The id by which logs and answers tell one action of a user: the client's X-Correlation-Id when
/// it is well-formed (a token of at most 128 characters), else `otherwise`.
std::string_view correlation_id(const RequestHead& head, std::string_view otherwise);

}  // namespace banyan::http
