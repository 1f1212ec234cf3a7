// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/attempts.hpp"

#include <optional>
#include <utility>

namespace banyan::upstream {
namespace {

/// 500 and 429 are not in it: a service that refuses or stumbles over one request is alive.
bool is_sick(unsigned status) { return status == 502 || status == 503 || status == 504; }

}  // namespace

Attempts::Begun Attempts::begin(Group::Body body, std::string client) {
  leave();
  if (CircuitBreaker* const breaker = group_->breaker(); breaker != nullptr && made_ == 0) {
    permit_ = breaker->enter();
    if (!permit_.granted) return Begun::Open;
    permitted_ = true;
  }
  const std::optional<std::size_t> picked = group_->pick(tried_, body, client);
  if (!picked) return Begun::Full;
  instance_ = *picked;
  seated_ = true;
  uploads_ = body == Group::Body::Comes;
  uploader_ = std::move(client);
  open_ = true;
  ++made_;
  return Begun::Yes;
}

void Attempts::answered(unsigned status) {
  if (!std::exchange(open_, false)) return;
  group_->succeeded(instance_);
  verdict_ = is_sick(status) ? Verdict::Bad : Verdict::Good;
  // A stream may last for hours; the breaker need not wait for its end.
  if (verdict_ == Verdict::Good) tell_breaker();
}

void Attempts::failed() {
  if (made_ == 0) return;
  open_ = false;
  group_->failed(instance_);
  verdict_ = Verdict::Bad;
}

void Attempts::forgo() {
  if (!std::exchange(open_, false)) return;
  group_->forgo(instance_);
  verdict_ = Verdict::None;
}

bool Attempts::may_go_on(bool provably_unsent, bool safe_to_repeat) {
  if (made_ == 0) return false;
  if (provably_unsent) {
    tried_.push_back(instance_);
    if (tried_.size() >= group_->size()) return false;
    group_->rerouted();
    return true;
  }
  if (!safe_to_repeat || repeated_ || !group_->take_retry()) return false;
  repeated_ = true;
  tried_.push_back(instance_);
  return true;
}

void Attempts::uploaded() {
  if (std::exchange(uploads_, false)) group_->uploaded(instance_, uploader_);
}

void Attempts::leave() {
  uploaded();
  if (std::exchange(seated_, false)) group_->release(instance_);
}

void Attempts::end() {
  forgo();
  leave();
  tell_breaker();
}

void Attempts::tell_breaker() {
  if (!std::exchange(permitted_, false)) return;
  CircuitBreaker& breaker = *group_->breaker();
  switch (verdict_) {
    case Verdict::None: return breaker.abandoned(permit_);
    case Verdict::Good: return breaker.succeeded(permit_);
    case Verdict::Bad: return breaker.failed(permit_);
  }
}

}  // namespace banyan::upstream
