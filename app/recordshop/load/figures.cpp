// SPDX-License-Identifier: Apache-2.0
#include "load/figures.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>

namespace recordshop::load {
namespace {

void add(Causes& sum, const Causes& more) {
  for (const auto& [cause, count] : more) sum[cause] += count;
}

Causes difference(const Causes& now, const Causes& before) {
  Causes rest;
  for (const auto& [cause, count] : now) {
    const auto earlier = before.find(cause);
    const std::uint64_t more = count - (earlier == before.end() ? 0 : earlier->second);
    if (more > 0) rest.emplace(cause, more);
  }
  return rest;
}

std::vector<std::string> after(const std::vector<std::string>& texts, std::size_t first) {
  const std::size_t begin = std::min(first, texts.size());
  return {texts.begin() + static_cast<std::ptrdiff_t>(begin), texts.end()};
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::Browse: return "browse";
    case Kind::Search: return "search";
    case Kind::Stock: return "stock";
    case Kind::Order: return "order";
    case Kind::Follow: return "follow";
    case Kind::Cancel: return "cancel";
    case Kind::Return: return "return";
    case Kind::Deliver: return "deliver";
  }
  return "?";
}

std::uint64_t sum_of(const Causes& causes) {
  std::uint64_t sum = 0;
  for (const auto& [cause, count] : causes) sum += count;
  return sum;
}

std::string text_of(const Causes& causes) {
  std::string text;
  for (const auto& [cause, count] : causes) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, cause);
  }
  return text.empty() ? "0" : fmt::format("{} ({})", sum_of(causes), text);
}

Figures Totals::all() const {
  Figures sum;
  for (const auto& [kind, figures] : kinds) {
    sum.latency.merge(figures.latency);
    sum.repetitions += figures.repetitions;
    sum.failures += figures.failures;
    add(sum.troubles, figures.troubles);
    add(sum.announced, figures.announced);
  }
  return sum;
}

Totals Totals::since(const Totals& before) const {
  Totals rest = {.sessions = sessions - before.sessions,
                 .acknowledged = acknowledged - before.acknowledged,
                 .under_way = under_way - before.under_way,
                 .refused = difference(refused, before.refused),
                 .failures = after(failures, before.failures.size()),
                 .troubles = after(troubles, before.troubles.size())};
  for (const auto& [kind, now] : kinds) {
    const auto known = before.kinds.find(kind);
    const Figures earlier = known == before.kinds.end() ? Figures{} : known->second;
    rest.kinds[kind] = {.latency = now.latency.since(earlier.latency),
                        .repetitions = now.repetitions - earlier.repetitions,
                        .failures = now.failures - earlier.failures,
                        .troubles = difference(now.troubles, earlier.troubles),
                        .announced = difference(now.announced, earlier.announced)};
  }
  return rest;
}

}  // namespace recordshop::load
