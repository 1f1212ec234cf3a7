// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "banyan/http/answer_end.hpp"
#include "banyan/http/client.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/upstream/caller.hpp"

namespace banyan::binding {

/// Asks an outside party over HTTP: with a breaker, within the deadline, with a span of its own.
/// Unlike a service of ours it is told nothing of the context: no principal, no keys, no trace.
/// Safe for concurrent use.
class OutsideHttp {
 public:
  /// `attempt_time`: the most that one attempt may take. `end`: how its answers may end. `clock`
  /// must outlive it.
  OutsideHttp(std::string name, const http::Endpoint& endpoint,
              std::chrono::milliseconds attempt_time, const Clock& clock,
              http::AnswerEnd end = http::AnswerEnd::IsTold);

  /// The answer, whatever its status. Without any: Unavailable or DeadlineExceeded; unless the text
  /// says that it was not sent, it may have been carried out. `what` names the span.
  /// FailedPrecondition "banyan.call_inside_unit_of_work" inside of one.
  Result<http::Response> exchange(std::string_view what, http::Request request,
                                  const Context& context, http::Repeat repeat) const;

  const std::string& name() const { return caller_.group()->name(); }
  /// "", or for people why it is not asked at the moment.
  std::string trouble() const;

 private:
  const std::chrono::milliseconds attempt_time_;
  const Clock* clock_;
  const upstream::Caller caller_;
};

}  // namespace banyan::binding
