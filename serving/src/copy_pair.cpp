// SPDX-License-Identifier: Apache-2.0
#include "copy_pair.hpp"

#include <utility>

namespace banyan::serving {
namespace {

bool refuses_who_asks(const http::ResponseHead& head) {
  constexpr unsigned kUnauthorized = 401;
  constexpr unsigned kForbidden = 403;
  return head.status == kUnauthorized || head.status == kForbidden;
}

}  // namespace

bool refuses_the_secret(const ShadowCopy& copy, const http::ResponseHead& other) {
  return copy.sides().copies->have_secret(copy.to) && refuses_who_asks(other) &&
         !refuses_who_asks(copy.capture->answer().head);
}

std::shared_ptr<strangler::AnsweredPair> pair_of(ShadowCopy& copy, http::Response other) {
  auto pair = std::make_shared<strangler::AnsweredPair>(
      strangler::AnsweredPair{.pair = copy.pair,
                              .request = copy.capture->request(),
                              .old_answer = std::move(copy.capture->answer()),
                              .other_answer = std::move(other),
                              .correlation_id = copy.correlation_id,
                              .session = copy.session,
                              .operation = copy.target->statistics_name(),
                              .route = copy.target->route.path,
                              .rules = &copy.sides().rules,
                              .by_tls = copy.client_speaks_tls});
  const bool is_old = copy.answered_by == Side::Remote;
  if (is_old) std::swap(pair->old_answer, pair->other_answer);
  (is_old ? pair->told_old : pair->told_other) = copy.sides().copies->secrets(copy.to);
  return pair;
}

bool speaks_of_new_side(const strangler::AnsweredPair& pair, Side answered_by) {
  constexpr unsigned kTooMany = 429;
  constexpr unsigned kFirstFailure = 500;
  const unsigned by_old = pair.old_answer.head.status;
  const unsigned by_new = pair.other_answer.head.status;
  if (pair.pair != strangler::PairOf::OldNew || by_old == kTooMany || by_new == kTooMany)
    return false;
  return by_old < kFirstFailure && (by_new < kFirstFailure || answered_by == Side::Local);
}

}  // namespace banyan::serving
