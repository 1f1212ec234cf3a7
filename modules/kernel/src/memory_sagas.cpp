// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "banyan/kernel/saga.hpp"

namespace banyan {

std::optional<SagaInstance> MemorySagas::find(const SagaId& id) {
  const auto found = sagas_.find(id);
  if (found == sagas_.end()) return std::nullopt;
  return SagaInstance(found->second);
}

std::optional<SagaInstance> MemorySagas::newest_of(const std::string& subject) {
  auto newest = list({.status = {}, .subject = subject, .before = {}, .limit = 1});
  if (newest.empty()) return std::nullopt;
  return newest.front();
}

std::vector<SagaInstance> MemorySagas::list(const SagaFilter& filter) {
  std::vector<SagaInstance> listed;
  for (auto each = sagas_.rbegin(); each != sagas_.rend(); ++each) {
    const SagaRecord& saga = each->second;
    if (!filter.before.empty() && saga.id.str() >= filter.before) continue;
    if (filter.status && saga.status != *filter.status) continue;
    if (filter.subject && saga.subject != *filter.subject) continue;
    if (std::cmp_equal(listed.size(), filter.limit)) break;
    listed.emplace_back(saga);
  }
  return listed;
}

std::vector<SagaId> MemorySagas::due(const LeaseTime& now, std::chrono::microseconds longest,
                                     const std::vector<std::string>& out, std::int64_t limit) {
  std::vector<std::tuple<bool, std::int64_t, SagaId>> waiting;
  for (const auto& [id, saga] : sagas_) {
    if (saga.status != SagaStatus::Active || !saga.waits_until.is_over(now, longest)) continue;
    if (std::ranges::find(out, saga.blocked_on) != out.end()) continue;
    waiting.emplace_back(saga.waits_until.clock == now.clock, saga.waits_until.micros, id);
  }
  std::ranges::sort(waiting);
  std::vector<SagaId> ids;
  for (const auto& [same_clock, micros, id] : waiting) {
    if (std::cmp_equal(ids.size(), limit)) break;
    ids.push_back(id);
  }
  return ids;
}

std::optional<SagaId> MemorySagas::waiting_for(const std::string& dependency, const LeaseTime& now,
                                               std::chrono::microseconds longest_wait) {
  const SagaRecord* longest = nullptr;
  for (const auto& [id, saga] : sagas_) {
    if (saga.status != SagaStatus::Active || saga.blocked_on != dependency) continue;
    if (!saga.holder.empty() && !saga.waits_until.is_over(now, longest_wait)) continue;
    if (longest == nullptr || saga.waits_until.micros < longest->waits_until.micros) {
      longest = &saga;
    }
  }
  if (longest == nullptr) return std::nullopt;
  return longest->id;
}

std::vector<SagaVersion> MemorySagas::open_versions() {
  std::set<SagaVersion> named;
  for (const auto& [id, saga] : sagas_) {
    if (SagaInstance(saga).open()) named.insert({saga.name, saga.version});
  }
  return {named.begin(), named.end()};
}

SagaFigures MemorySagas::figures(Timestamp now, std::int64_t limit) {
  SagaFigures figures;
  for (const auto& [id, saga] : sagas_) {
    if (figures.active + figures.stuck == limit) break;
    const SagaInstance instance(saga);
    if (!instance.open()) continue;
    ++(saga.status == SagaStatus::Stuck ? figures.stuck : figures.active);
    figures.overdue += instance.overdue(now) ? 1 : 0;
  }
  return figures;
}

std::vector<SagaInstance> MemorySagas::in_trouble(Timestamp now, std::int64_t limit) {
  std::vector<SagaInstance> found;
  for (const auto& [id, saga] : sagas_) {
    SagaInstance instance(saga);
    if (saga.status == SagaStatus::Stuck || instance.overdue(now)) {
      found.push_back(std::move(instance));
    }
  }
  std::ranges::sort(found, {}, [](const SagaInstance& each) {
    return std::tuple(each.data().began, each.data().id);
  });
  if (std::cmp_greater(found.size(), limit)) {
    found.erase(found.begin() + limit, found.end());
  }
  return found;
}

bool MemorySagas::add(const SagaInstance& saga) {
  for (const auto& [id, other] : sagas_) {
    if (other.subject == saga.data().subject && SagaInstance(other).open()) return false;
  }
  return sagas_.emplace(saga.data().id, saga.data()).second;
}

bool MemorySagas::save(const SagaInstance& saga, std::int64_t epoch) {
  const auto found = sagas_.find(saga.data().id);
  if (found == sagas_.end() || found->second.epoch != epoch) return false;
  found->second = saga.data();
  return true;
}

void MemorySagas::release(const std::string& dependency, const LeaseTime& now,
                          std::chrono::microseconds spread) {
  for (auto& [id, saga] : sagas_) {
    if (saga.status != SagaStatus::Active || saga.blocked_on != dependency) continue;
    if (!saga.holder.empty()) continue;
    saga.blocked_on.clear();
    const std::int64_t share = spread.count() > 0 ? saga.waits_until.micros % spread.count() : 0;
    saga.waits_until = {now.clock, now.micros + share};
  }
}

}  // namespace banyan
