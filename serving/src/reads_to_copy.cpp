// SPDX-License-Identifier: Apache-2.0
#include "reads_to_copy.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/forwarding/copy_order.hpp"
#include "banyan/forwarding/visit.hpp"
#include "banyan/http/method_override.hpp"

namespace banyan::serving {
namespace {

/// A copy wants the whole answer, not the news since the client's last one.
constexpr auto kOfTheClientOnly =
    std::to_array<http::FieldName>({"If-None-Match", "If-Modified-Since"});

/// What a copy may have of its client's fields: not the proxy's own cookie, by which nobody knows
/// who asks, nor those that a rule takes out.
http::Fields fields_for_copies(const Transaction& transaction) {
  http::Fields fields = transaction.exchange->head().fields;
  strangler::take_out_cookie(fields, transaction.own_cookie());
  transaction.target->both_sides->copies->sift_cookies(fields);
  for (const http::FieldName name : kOfTheClientOnly) fields.remove(name);
  // Of the kit's own words a client's do not go on, and say nothing of who asks.
  if (transaction.listener->audience == Audience::Public) {
    fields.remove_if([](const http::Fields::Field& field) {
      return http::begins_ignoring_case(field.name, "Banyan-") ||
             http::begins_ignoring_case(field.name, "Banyan_");
    });
  }
  return fields;
}

/// But for what a copy for that side says itself.
std::optional<std::string_view> who_asks(const http::Fields& fields, const BothSides& sides,
                                         Side to) {
  for (const auto field : fields) {
    if (sides.credentials.contain(field.name) && !sides.copies->replace(to, field.name)) {
      return field.name;
    }
  }
  return std::nullopt;
}

bool say_who_asks(const http::Fields& fields, const BothSides& sides, Side to) {
  return who_asks(fields, sides, to).has_value();
}

/// By the word of the application's own process that passed it on.
bool names_who_asks(const Transaction& transaction) {
  return transaction.context && !transaction.context->principal.empty();
}

/// Cookies that are named for copies stay.
void drop_credentials(http::Fields& fields, const BothSides& sides) {
  std::vector<std::string> named;
  if (sides.copies->names_cookies()) {
    fields.each("Cookie", [&](std::string_view value) { named.emplace_back(value); });
  }
  sides.credentials.remove_from(fields);
  for (const std::string& each : named) fields.add("Cookie", each);
}

/// What cannot be asked a second time as it was, or is a copy already.
bool is_of_one_connection(const http::RequestHead& head) {
  return head.method == "OPTIONS" || head.method == "TRACE" || head.method == "CONNECT" ||
         head.fields.contains(strangler::kCopyField) || http::asked_upgrade(head);
}

/// To some frameworks it is no read then.
bool may_be_another_method(const http::Fields& fields) {
  for (const auto field : fields) {
    if (http::overrides_method(field.name)) return true;
  }
  return false;
}

/// Why nobody there could be asked for a copy, if that is known beforehand.
std::optional<strangler::CopyDropped> nobody_at(const Destination& destination) {
  using NoSpare = upstream::Group::NoSpare;
  if (destination.here) return std::nullopt;
  const auto why = destination.pool->instances->nobody_to_spare();
  if (!why) return std::nullopt;
  return *why == NoSpare::Paused ? strangler::CopyDropped::Paused : strangler::CopyDropped::Unwell;
}

}  // namespace

std::shared_ptr<strangler::Capture> capture_if_copied(Transaction& transaction,
                                                      const strangler::Stages& stages) {
  const Target& target = *transaction.target;
  const BothSides& sides = *target.both_sides;
  if (sides.sampler == nullptr || transaction.forced) return nullptr;
  strangler::RolloutShadow& shadow = sides.figures->shadow;
  if (!shadow.is_on(transaction.revision, sides.shadow_declared,
                    [&] { return stages.traffic(target.route.rollout); })) {
    return nullptr;
  }
  const strangler::ShadowPlan& plan = sides.shadow;
  http::Exchange& exchange = *transaction.exchange;
  const http::RequestHead& head = exchange.head();
  if (is_of_one_connection(head)) return nullptr;
  if (!sides.sampler->takes(plan.share, plan.at_least, exchange.loop().now())) return nullptr;
  if (may_be_another_method(head.fields)) return nullptr;
  const auto drop = [&](strangler::CopyDropped reason) {
    shadow.counts.dropped(reason);
    return nullptr;
  };
  if (exchange.loop().late()) return drop(strangler::CopyDropped::Busy);
  http::Fields fields = fields_for_copies(transaction);
  const bool skips = plan.credentials == strangler::CopyCredentials::Skip;
  const auto is_left_out = [&](Side to) {
    return skips && (names_who_asks(transaction) || say_who_asks(fields, sides, to));
  };
  const Side other = transaction.side == Side::Remote ? Side::Local : Side::Remote;
  if (is_left_out(other)) {
    sides.held_back->add(who_asks(fields, sides, other).value_or("Banyan-Principal"));
    return drop(strangler::CopyDropped::Credentials);
  }
  const http::Framing framing = exchange.framing();
  if (framing.kind == http::Framing::Kind::Length && framing.length > plan.max_request) {
    return drop(strangler::CopyDropped::RequestTooLarge);
  }
  // Of whom only the new side may be asked, it is.
  const bool again = transaction.side == Side::Local && sides.sampler->is_for_noise(plan.noise) &&
                     !is_left_out(Side::Local);
  // Before anything is kept for it.
  if (const auto why = nobody_at(target.destination(again ? Side::Local : other))) {
    return drop(*why);
  }
  auto capture = std::make_shared<strangler::Capture>(
      head,
      strangler::Capture::Limits{
          .request = plan.max_request, .answer = plan.max_answer, .memory = plan.memory},
      shadow.memory);
  if (capture->dropped()) return drop(*capture->dropped());
  if (plan.credentials == strangler::CopyCredentials::Drop) drop_credentials(fields, sides);
  // An answer that can be read is wanted. But a session may be bound to what its browser accepts,
  // and ends when it comes with something else.
  const bool in_their_name =
      say_who_asks(fields, sides, again ? Side::Local : other) ||
      (names_who_asks(transaction) && plan.credentials == strangler::CopyCredentials::Pass);
  if (!in_their_name) fields.remove("Accept-Encoding");
  capture->request()->head.fields = std::move(fields);
  transaction.pair = again ? strangler::PairOf::OldOld : strangler::PairOf::OldNew;
  return capture;
}

}  // namespace banyan::serving
