// SPDX-License-Identifier: Apache-2.0
#include "application/names/names_builder.hpp"

#include <algorithm>

#include "application/names/freshness.hpp"
#include "banyan/kernel/id.hpp"

namespace orders {
namespace {

using banyan::fail;
using banyan::LeaseTime;
using banyan::Result;
using banyan::Timestamp;
using banyan::UnitOfWork;

using namespace std::chrono_literals;
constexpr auto kPoll = 500ms;
constexpr std::chrono::milliseconds kBudget = 5s;  // of one page
constexpr std::chrono::microseconds kLease = 10s;  // longer than that
constexpr std::chrono::microseconds kPause = 2s;   // after an owner that did not answer
constexpr std::int64_t kForgottenAtOnce = 1'000;

/// What is there to be done, and when.
bool is_due(const NamesRebuild& rebuild, const std::string& holder, const LeaseTime& now) {
  if (rebuild.ended_at) return false;
  return rebuild.holder == holder || rebuild.held_until.is_over(now, kLease);
}

/// The owner's events reach this module: nothing that is changed while its rows are read is missed.
bool is_followed(NameRows& names, const std::string& source) {
  return names.complete_until(source).has_value();
}

std::string source_after(const std::string& source) {
  const auto* const found = std::ranges::find(kNameSources, source);
  const bool more = found != kNameSources.end() && found + 1 != kNameSources.end();
  return more ? std::string(*(found + 1)) : std::string();
}

}  // namespace

std::int64_t ask_for_names(NameRows& names, const banyan::Asked& asked, Timestamp now) {
  const std::optional<NamesRebuild> last = names.rebuild();
  NameGenerations generations = names.generations();
  generations.building = std::max(last ? last->generation : 0, generations.served) + 1;
  names.set(generations);
  names.save({.generation = generations.building,
              .asked = asked,
              .asked_at = now,
              .source = std::string(kNameSources.front()),
              .cursor = {},
              .ended_at = {},
              .problem = {},
              .holder = {},
              .held_until = {}});
  return generations.building;
}

NamesBuilder::NamesBuilder(OrderStore& store, catalog::Catalog& catalog,
                           customers::Customers& customers, const banyan::Environment& environment)
    : store_(store),
      catalog_(catalog),
      customers_(customers),
      environment_(environment),
      holder_(banyan::make_uuid7(environment.clock.now(), environment.random)) {}

NamesBuilder::~NamesBuilder() {
  stopping_ = true;
  std::unique_ptr<banyan::Scheduler::Handle> rounds;
  {
    const std::lock_guard lock(mutex_);
    rounds = std::move(rounds_);
  }
}

void NamesBuilder::start() {
  auto rounds = environment_.scheduler.every(kPoll, [this] { round(); });
  const std::lock_guard lock(mutex_);
  rounds_ = std::move(rounds);
}

void NamesBuilder::poke() {
  const std::lock_guard lock(mutex_);
  if (rounds_) rounds_->wake();
}

void NamesBuilder::round() {
  std::optional<NamesRebuild> rebuild = take();
  while (rebuild && !stopping_ && step(*rebuild)) {
  }
}

banyan::Context NamesBuilder::soon() const {
  return banyan::Context::begin(kBudget, environment_.clock, environment_.random);
}

std::optional<NamesRebuild> NamesBuilder::take() const {
  const auto wanted = [&](NameRows& names, UnitOfWork& unit) {
    const std::optional<NamesRebuild> rebuild = names.rebuild();
    if (rebuild) {
      return is_due(*rebuild, holder_, unit.lease_now()) &&
             (rebuild->source.empty() || is_followed(names, rebuild->source));
    }
    return std::ranges::all_of(kNameSources, [&](std::string_view source) {
      return is_followed(names, std::string(source));
    });
  };
  const bool any = store_.read(soon(), [&](OrdersReading& orders, UnitOfWork& unit) {
    return wanted(orders.names(), unit);
  });
  if (!any) return std::nullopt;
  std::optional<NamesRebuild> taken;
  const Result<void> written =
      store_.write(soon(), [&](OrdersWriting& orders, UnitOfWork& unit) -> Result<void> {
        taken.reset();
        NameRows& names = orders.names();
        if (!wanted(names, unit)) return {};
        if (!names.rebuild()) {
          ask_for_names(names, {"orders", "the names were never read"}, environment_.clock.now());
        }
        taken = names.rebuild();
        taken->holder = holder_;
        taken->held_until = unit.lease_now().after(kLease);
        names.save(*taken);
        return {};
      });
  return written ? taken : std::nullopt;
}

bool NamesBuilder::step(NamesRebuild& rebuild) const {
  if (!rebuild.source.empty()) return read_page(rebuild);
  const bool served = store_.read(soon(), [&](OrdersReading& orders) {
    return orders.names().generations().served == rebuild.generation;
  });
  return served ? clean(rebuild) : serve(rebuild);
}

/// Writes down how far the rebuild is, unless it is somebody else's by now, or given up for
/// another. `change` is done in the same unit of work.
template <class Change>
bool NamesBuilder::record(NamesRebuild& rebuild, Change change) const {
  std::optional<NamesRebuild> after;
  const Result<void> written =
      store_.write(soon(), [&](OrdersWriting& orders, UnitOfWork& unit) -> Result<void> {
        after.reset();
        NameRows& names = orders.names();
        std::optional<NamesRebuild> current = names.rebuild();
        if (!current || current->generation != rebuild.generation || current->holder != holder_) {
          return {};
        }
        current->held_until = unit.lease_now().after(kLease);
        change(names, *current, unit);
        names.save(*current);
        after = std::move(current);
        return {};
      });
  if (!written || !after) return false;
  rebuild = *std::move(after);
  return true;
}

bool NamesBuilder::read_page(NamesRebuild& rebuild) const {
  const bool followed = store_.read(
      soon(), [&](OrdersReading& orders) { return is_followed(orders.names(), rebuild.source); });
  if (!followed) return false;
  const Result<Page> read = page(rebuild);
  if (!read) {
    pause(rebuild, rebuild.source + " does not answer: " + read.error().message);
    return false;
  }
  return record(rebuild, [&](NameRows& names, NamesRebuild& now, UnitOfWork& /*unit*/) {
    for (const auto& [id, name] : read->names) names.put_if_absent(now.generation, id, name);
    now.names += static_cast<std::int64_t>(read->names.size());
    now.problem.reset();
    now.cursor = read->next_cursor.value_or("");
    if (!read->next_cursor) now.source = source_after(now.source);
  });
}

/// The moment from which the new names are answered with.
bool NamesBuilder::serve(NamesRebuild& rebuild) const {
  return record(rebuild, [](NameRows& names, NamesRebuild& now, UnitOfWork& /*unit*/) {
    names.set({.served = now.generation, .building = 0});
  });
}

bool NamesBuilder::clean(NamesRebuild& rebuild) const {
  const bool kept = record(rebuild, [&](NameRows& names, NamesRebuild& now, UnitOfWork& /*unit*/) {
    if (names.forget_before(now.generation, kForgottenAtOnce) > 0) return;
    now.ended_at = environment_.clock.now();
    now.holder.clear();
  });
  return kept && !rebuild.ended_at;
}

void NamesBuilder::pause(NamesRebuild& rebuild, std::string problem) const {
  record(rebuild, [&](NameRows& /*names*/, NamesRebuild& now, UnitOfWork& unit) {
    now.problem = problem;
    now.holder.clear();
    now.held_until = unit.lease_now().after(kPause);
  });
}

Result<NamesBuilder::Page> NamesBuilder::page(const NamesRebuild& rebuild) const {
  const std::optional<std::string> cursor =
      rebuild.cursor.empty() ? std::nullopt : std::optional(rebuild.cursor);
  Page page;
  if (rebuild.source == "catalog") {
    auto found = catalog_.handle(
        catalog::ListTracks{.album = {}, .cursor = cursor, .limit = catalog::kPage.most}, soon());
    if (!found) return fail(std::move(found.error()));
    for (catalog::Track& track : found->tracks) {
      page.names.emplace_back(track.id.str(), std::move(track.title));
    }
    page.next_cursor = std::move(found->next_cursor);
    return page;
  }
  auto found = customers_.handle(
      customers::ListCustomers{.cursor = cursor, .limit = customers::kPage.most, .email = {}},
      soon());
  if (!found) return fail(std::move(found.error()));
  for (customers::Customer& customer : found->customers) {
    const bool has_left = customer.state == customers::AccountState::Closed;
    page.names.emplace_back(customer.id.str(),
                            has_left ? std::nullopt : std::optional(std::move(customer.name)));
  }
  page.next_cursor = std::move(found->next_cursor);
  return page;
}

}  // namespace orders
