// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "banyan/binding/rpc_transport.hpp"
#include "banyan/events/http_push.hpp"

namespace banyan::test {

/// The way to a receiver in another process, without a network.
class Wire final : public binding::RpcTransport {
 public:
  explicit Wire(const events::Receiver& receiver) : receiver_(receiver) {}
  Result<http::Response> exchange(http::Request request, const Context&, binding::Repeat) override {
    ++asked;
    {
      const std::lock_guard lock(mutex_);
      last_body_ = request.body;
    }
    if (instead) return *instead;
    if (gone) return fail(ErrorCode::Unavailable, "banyan.unreachable", "nobody is there");
    http::Response response = events::answer_push(receiver_, request, checks, system_clock().now());
    if (loses_answers > 0) {
      --loses_answers;
      return fail(ErrorCode::DeadlineExceeded, "banyan.timeout", "the answer is lost");
    }
    return response;
  }

  std::string last_body() const {
    const std::lock_guard lock(mutex_);
    return last_body_;
  }

  std::atomic<int> asked = 0;
  std::atomic<bool> gone = false;
  std::atomic<int> loses_answers = 0;
  std::optional<http::Response> instead;
  events::PushChecks checks;

 private:
  const events::Receiver& receiver_;
  mutable std::mutex mutex_;
  std::string last_body_;
};

}  // namespace banyan::test
