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

bool is_waiting(const SagaRecord& saga) {
  return saga.status == SagaStatus::Active && saga.holder.empty();
}

bool is_possible(const SagaInstance& saga, SagaWish wish) {
  const SagaRecord& record = saga.data();
  if (!saga.open()) return false;
  switch (wish) {
    case SagaWish::Retry: return record.status == SagaStatus::Stuck || is_waiting(record);
    case SagaWish::Mark: return saga.may_be_marked();
    case SagaWish::Back: return saga.could_turn_back() == SagaInstance::Turned::Back;
  }
  return false;
}

std::string reason(const SagaInstance& saga, SagaWish wish) {
  const SagaRecord& record = saga.data();
  if (record.status == SagaStatus::Done) return "it is done";
  if (record.status == SagaStatus::Undone) return "it is undone";
  const std::string step = record.steps.at(static_cast<std::size_t>(record.step)).name;
  switch (wish) {
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

std::optional<Error> refuse(const SagaInstance& saga, SagaWish wish) {
  if (is_possible(saga, wish)) return std::nullopt;
  Error error{ErrorCode::FailedPrecondition,
              "banyan.saga_not_possible",
              "saga " + saga.data().id.str() + ": no " + std::string(to_string(wish)) + ", for " +
                  reason(saga, wish),
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
