// SPDX-License-Identifier: Apache-2.0
#include "route_snapshot.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "banyan/serving/dependency.hpp"
#include "upstream_options.hpp"

namespace banyan::serving {
namespace {

using strangler::FileProblem;
using strangler::PathKind;
using strangler::Route;

Route route_of(const Endpoint& endpoint) {
  Route route;
  route.name = "endpoint." + endpoint.name;
  route.methods.add(endpoint.method);
  route.kind = endpoint.below ? PathKind::Prefix : PathKind::Template;
  route.path = endpoint.path;
  route.declared_effect = endpoint.effect;
  return route;
}

bool has(const Route& route, Effect effect) {
  if (route.declared_effect) return *route.declared_effect == effect;
  return std::ranges::any_of(http::known_methods(), [&](const std::string& method) {
    return route.methods.contains(method) && route.effect_for(method) == effect;
  });
}

bool claims_exactly(const Route& route, const Endpoint& page) {
  return route.kind == PathKind::Template && route.path == page.path;
}

}  // namespace

std::string_view Target::statistics_module() const {
  if (module != nullptr) return module->name;
  if (endpoint != nullptr) return "endpoint";
  return route.rollout.empty() ? kNoRollout : std::string_view(route.rollout);
}

std::string_view Target::statistics_name() const {
  if (operation != nullptr) return operation->operation->name;
  return endpoint != nullptr ? std::string_view(endpoint->name) : std::string_view(route.name);
}

std::string Target::judged_name(Effect effect) const {
  const bool apart = effect == Effect::Write && has(route, Effect::Read);
  return apart ? route.name + " (writes)" : route.name;
}

std::expected<std::shared_ptr<const RouteSnapshot>, std::vector<FileProblem>> RouteSnapshot::build(
    const Parts& parts) {
  auto snapshot = std::shared_ptr<RouteSnapshot>(new RouteSnapshot(parts));
  if (auto problems = snapshot->compile(parts); !problems.empty()) {
    return std::unexpected(std::move(problems));
  }
  if (auto problems = snapshot->read_secrets(parts); !problems.empty()) {
    return std::unexpected(std::move(problems));
  }
  snapshot->count(parts);
  return snapshot;
}

/// What testers prove their word by, and what copies say in the name of this process.
std::vector<FileProblem> RouteSnapshot::read_secrets(const Parts& parts) {
  std::vector<FileProblem> problems;
  for (const strangler::RolloutPlan& plan : configuration().rollouts) {
    if (!plan.shadow) continue;
    auto rules = CopyRules::make(*plan.shadow, "[rollouts." + plan.name + ".shadow]", parts.file);
    if (rules) {
      copies_[plan.name] = std::make_shared<const CopyRules>(std::move(*rules));
    } else {
      std::ranges::move(rules.error(), std::back_inserter(problems));
    }
  }
  // A file that is refused leaves no rows in the book.
  RolloutBook* const book = problems.empty() ? parts.book : nullptr;
  auto testers = Testers::make(configuration(), parts.file, book);
  if (testers) {
    testers_ = std::move(*testers);
  } else {
    std::ranges::move(testers.error(), std::back_inserter(problems));
  }
  return problems;
}

std::shared_ptr<const CopyRules> RouteSnapshot::copies_of(std::string_view rollout) const {
  static const auto kAsTheyCame = std::make_shared<const CopyRules>();
  const auto found = copies_.find(rollout);
  return found == copies_.end() ? kAsTheyCame : found->second;
}

void RouteSnapshot::begin(const TlsMaterial& tls, upstream::HealthChecks& checks) const {
  for (const auto& [name, pool] : pools_) {
    const auto context = tls.upstreams.find(name);
    pool->begin(context != tls.upstreams.end() ? context->second : nullptr, &checks);
  }
}

RouteSnapshot::RouteSnapshot(const Parts& parts) : routing_(parts.routing) {
  take_pools(parts);
  add_operations(parts);
  add_endpoints(parts);
  add_routes(parts);
  add_pages(parts);
}

void RouteSnapshot::take_pools(const Parts& parts) {
  for (const ServedModule& module : parts.served.modules) {
    if (!module.service) continue;
    std::vector<http::Endpoint> instances = module.service->options().instances;
    take_pool(parts, dependency(module.name, instances, configuration()), module.service.get());
  }
  for (const strangler::UpstreamGroup& group : configuration().upstreams) {
    if (!pools_.contains(group.name)) take_pool(parts, group, nullptr);
  }
}

void RouteSnapshot::take_pool(const Parts& parts, const strangler::UpstreamGroup& group,
                              const upstream::Group* called) {
  UpstreamPool::Before last{.group = called};
  if (parts.before != nullptr) {
    const auto found = parts.before->pools_.find(group.name);
    if (found != parts.before->pools_.end()) last.pool = found->second.get();
    if (last.pool != nullptr && last.pool->group == group) pools_[group.name] = found->second;
  }
  const auto context = parts.tls.upstreams.find(group.name);
  const bool by_tls = context != parts.tls.upstreams.end();
  std::shared_ptr<UpstreamPool>& pool = pools_[group.name];
  if (!pool) {
    pool = std::make_shared<UpstreamPool>(group, parts.upstreams,
                                          by_tls ? context->second : nullptr, last);
  }
}

UpstreamPool* RouteSnapshot::pool(const std::string& name) const {
  const auto found = pools_.find(name);
  return found == pools_.end() ? nullptr : found->second.get();
}

/// Once it is known that the table stands: a file that is refused leaves no rows behind.
void RouteSnapshot::count(const Parts& parts) {
  for (Target& target : targets_) {
    if (target.in_rollout() && parts.book != nullptr) {
      target.both_sides =
          both_sides_of(target, configuration(), copies_of(target.route.rollout), *parts.book);
    }
    for (const Effect effect : {Effect::Read, Effect::Write}) {
      if (parts.evidence == nullptr || !target.in_rollout() || !has(target.route, effect)) continue;
      target.evidence[static_cast<std::size_t>(effect)] =
          &parts.evidence->of(target.route.rollout, target.judged_name(effect));
    }
    for (const Side side : {Side::Local, Side::Remote}) {
      Destination& destination = side == Side::Local ? target.old_side : target.new_side;
      if (!destination.exists()) continue;
      destination.requests = parts.requests.counter(target.statistics_module(),
                                                    target.statistics_name(), to_string(side));
      if (target.in_rollout()) destination.window = &parts.sides.window(target.route.rollout, side);
    }
  }
}

void RouteSnapshot::add_operations(const Parts& parts) {
  for (const ServedModule& module : parts.served.modules) {
    for (const binding::BoundOperation& operation : module.operations) {
      Target& target = targets_.emplace_back();
      target.route =
          strangler::route_of({module.name, operation.operation->name, operation.at.method,
                               operation.at.path, operation.operation->effect});
      target.module = &module;
      target.operation = &operation;
      target.old_side.here = module.here();
      target.new_side.pool = pool(module.name);
      if (!module.routed) target.route.rollout.clear();
      target.for_visitors = operation.operation->audience == Audience::Public;
    }
  }
}

void RouteSnapshot::add_endpoints(const Parts& parts) {
  for (const Endpoint& endpoint : parts.served.endpoints) {
    Target& target = targets_.emplace_back();
    target.route = route_of(endpoint);
    target.endpoint = &endpoint;
    target.for_visitors = endpoint.audience == Audience::Public;
    target.for_others = endpoint.audience == Audience::Internal;
    if (!endpoint.at_once) target.workers = &parts.endpoint_workers.of(endpoint);
    target.old_side.here = true;
  }
}

// They are for whoever comes where the file says that the process listens.
void RouteSnapshot::add_routes(const Parts& parts) {
  const bool internal = parts.served.context.trust == binding::Trust::Internal;
  for (const Route& route : configuration().routes) {
    Target& target = targets_.emplace_back();
    target.route = route;
    target.for_visitors = !internal;
    target.for_others = internal;
    const auto lead = [&](Destination& destination, const std::string& group,
                          const strangler::PathChange& change) {
      destination.pool = pool(group);
      if (destination.pool == nullptr) return;
      destination.rewriting = &std::as_const(rewritings_.emplace_back(
          strangler::PathMapping{change.strip, change.add}, endpoints_of(destination.pool->group),
          destination.pool->group.host));
    };
    lead(target.old_side, route.legacy, route.legacy_path);
    lead(target.new_side, route.successor, route.successor_path);
  }
}

void RouteSnapshot::add_pages(const Parts& parts) {
  for (const OwnPage& page : parts.pages) {
    const bool claimed = std::ranges::any_of(configuration().routes, [&](const Route& route) {
      return claims_exactly(route, page.endpoint);
    });
    if (claimed) continue;
    Target& target = targets_.emplace_back();
    target.route = route_of(page.endpoint);
    target.endpoint = &page.endpoint;
    target.page = &page;
    if (!page.endpoint.at_once) target.workers = &parts.page_workers;
    target.old_side.here = true;
    page_of_.push_back(page.least);
  }
}

std::vector<FileProblem> RouteSnapshot::compile(const Parts& parts) {
  const std::size_t common = targets_.size() - page_of_.size();
  std::vector<FileProblem> problems;
  for (const Shown shown : parts.listeners) {
    Table& table = tables_[table_of(shown)];
    const bool internal = shown.audience == Audience::Internal;
    if (table.paths) continue;
    std::vector<http::PathEntry> entries;
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      if (i >= common && page_of_[i - common] > shown.pages) continue;
      if (!(internal ? targets_[i].for_others : targets_[i].for_visitors)) continue;
      entries.push_back(strangler::path_entry(targets_[i].route));
      table.targets.push_back(&targets_[i]);
    }
    auto built = http::PathTable::build(std::move(entries));
    if (built) {
      table.paths = std::move(*built);
      continue;
    }
    for (http::PathProblem& each : built.error()) {
      problems.push_back(
          {parts.file, table.targets[each.entry]->route.location, std::move(each.message)});
    }
    break;
  }
  return problems;
}

std::size_t RouteSnapshot::table_of(Shown shown) {
  constexpr std::size_t kPages = 3;
  return static_cast<std::size_t>(shown.audience) * kPages + static_cast<std::size_t>(shown.pages);
}

RouteSnapshot::Match RouteSnapshot::match(Shown listener, std::string_view method,
                                          std::string_view target) const {
  const Table& table = tables_[table_of(listener)];
  Match match{.found = table.paths->match(method, target)};
  if (match.found.found()) match.target = table.targets[match.found.entry];
  if (match.found.beside != http::PathMatch::kNone) {
    match.beside = table.targets[match.found.beside];
  }
  return match;
}

bool RouteSnapshot::leads_to(const Target& target, std::string_view method,
                             std::string_view asked) const {
  return std::ranges::any_of(tables_, [&](const Table& table) {
    if (!table.paths) return false;
    const http::PathMatch found = table.paths->match(method, asked);
    return found.found() && table.targets[found.entry] == &target;
  });
}

std::vector<const Target*> RouteSnapshot::by_precedence(Shown listener) const {
  const Table& table = tables_[table_of(listener)];
  std::vector<const Target*> all;
  for (const std::size_t entry : table.paths->by_precedence()) {
    all.push_back(table.targets[entry]);
  }
  return all;
}

bool RouteSnapshot::has_new_side(std::string_view rollout) const {
  return std::ranges::any_of(targets_, [&](const Target& target) {
    return target.route.rollout == rollout && target.new_side.exists();
  });
}

std::vector<strangler::JudgedOperation> RouteSnapshot::judged_operations(
    std::string_view rollout) const {
  std::map<std::string, Effect> all;
  for (const Target& target : targets_) {
    if (target.route.rollout != rollout) continue;
    for (const Effect effect : {Effect::Read, Effect::Write}) {
      if (target.evidence_of(effect) != nullptr) all.emplace(target.judged_name(effect), effect);
    }
  }
  std::vector<strangler::JudgedOperation> operations;
  for (const auto& [name, effect] : all) operations.emplace_back(name, effect);
  return operations;
}

/// Whether a rollout has a new side now or not.
std::vector<strangler::NamedOperation> RouteSnapshot::named_operations(
    std::string_view rollout) const {
  std::vector<strangler::NamedOperation> all;
  for (const Target& target : targets_) {
    if (target.route.rollout.empty() || target.route.rollout != rollout) continue;
    strangler::NamedOperation& named = all.emplace_back();
    named.name = target.route.name;
    named.alone = target.statistics_name();
    named.reads = has(target.route, Effect::Read);
    for (const Effect effect : {Effect::Read, Effect::Write}) {
      if (has(target.route, effect)) named.judged.push_back(target.judged_name(effect));
    }
  }
  return all;
}

std::vector<strangler::WithoutEffect> RouteSnapshot::without_effect(Timestamp now) const {
  std::vector<strangler::WithoutEffect> all;
  for (const strangler::RolloutPlan& plan : configuration().rollouts) {
    auto found = strangler::without_effect(plan, named_operations(plan.name), now);
    std::ranges::move(found, std::back_inserter(all));
  }
  return all;
}

}  // namespace banyan::serving
