// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/saga_control.hpp"

#include <algorithm>
#include <array>

namespace banyan {
namespace {

struct Row {
  SagaWish wish;
  std::string_view name;
  std::string_view does;
};
constexpr std::array kRows{
    Row{SagaWish::Retry, "retry", "asks for the step again, with a fresh count of attempts"},
    Row{SagaWish::Mark, "mark", "says that the step is done, or on the way back undone"},
    Row{SagaWish::Back, "back", "turns the saga back: what was done is undone"}};

bool is_possible(const SagaInstance& saga, SagaWish wish) {
  switch (wish) {
    case SagaWish::Retry: return saga.may_be_retried();
    case SagaWish::Mark: return saga.may_be_marked();
    case SagaWish::Back: return saga.could_turn_back() == SagaInstance::Turned::Back;
  }
  return false;
}

/// An order for a step that the saga has left meanwhile.
bool is_behind(const SagaInstance& saga, const SagaOrder& order) {
  return saga.open() && !order.at.empty() && order.at != saga.at_call();
}

std::string reason(const SagaInstance& saga, const SagaOrder& order) {
  const SagaRecord& record = saga.data();
  if (record.status == SagaStatus::Done) return "it is done";
  if (record.status == SagaStatus::Undone) return "it is undone";
  if (is_behind(saga, order)) return "it is at " + saga.at_call() + " by now, not at " + order.at;
  const std::string step = record.steps.at(static_cast<std::size_t>(record.step)).name;
  switch (order.wish) {
    case SagaWish::Retry: return "it is being driven just now";
    case SagaWish::Mark:
      return "nobody has given " + step +
             " up: a step can be marked when the saga is stuck at it, or waits for somebody who"
             " does not answer or for something that does not come";
    case SagaWish::Back: break;
  }
  switch (saga.could_turn_back()) {
    case SagaInstance::Turned::TooLate: return "it is past its point of no return, at " + step;
    case SagaInstance::Turned::Unknown:
      return "it is at its point of no return, and only the answer to " + step +
             " tells whether that was passed";
    case SagaInstance::Turned::Back:
    case SagaInstance::Turned::Ended: break;
  }
  return "it goes back already";
}

Error step_missing(const SagaInstance& saga) {
  return {
      ErrorCode::InvalidArgument,
      "banyan.invalid_request",
      "saga " + saga.data().id.str() +
          ": a mark says as \"at\" which step it is about, so that one that comes twice does not"
          " mark the next one, too; if it is about the step that the saga is at now, \"at\" is"
          " \"" +
          saga.at_call() + '"',
      {{"/at", "at is missing"}}};
}

}  // namespace

std::string_view to_string(SagaWish wish) { return kRows.at(static_cast<std::size_t>(wish)).name; }

std::optional<SagaWish> saga_wish_from(std::string_view name) {
  const auto* const row = std::ranges::find(kRows, name, &Row::name);
  if (row == kRows.end()) return std::nullopt;
  return row->wish;
}

std::vector<SagaWish> possible_wishes(const SagaInstance& saga) {
  std::vector<SagaWish> possible;
  for (const Row& row : kRows) {
    if (is_possible(saga, row.wish)) possible.push_back(row.wish);
  }
  return possible;
}

std::optional<Error> refuse(const SagaInstance& saga, const SagaOrder& order) {
  if (order.wish == SagaWish::Mark && order.at.empty() && saga.open()) return step_missing(saga);
  if (is_possible(saga, order.wish) && !is_behind(saga, order)) return std::nullopt;
  Error error{ErrorCode::FailedPrecondition,
              "banyan.saga_not_possible",
              "saga " + saga.data().id.str() + ": no " + std::string(to_string(order.wish)) +
                  ", for " + reason(saga, order),
              {}};
  std::string instead;
  for (const SagaWish each : possible_wishes(saga)) {
    const Row& row = kRows.at(static_cast<std::size_t>(each));
    instead += (instead.empty() ? "" : ", ") + std::string(row.name);
    error.details.push_back(
        {"", "possible: " + std::string(row.name) + ", which " + std::string(row.does)});
  }
  error.message += instead.empty() ? ". Nothing can be done about it, and nothing needs to be"
                                   : ". Possible now: " + instead;
  return error;
}

std::unexpected<Error> unknown_saga(const SagaId& id) {
  return fail(ErrorCode::NotFound, "banyan.unknown_saga",
              "there is no saga " + id.str() + " in the modules of this process");
}

}  // namespace banyan
