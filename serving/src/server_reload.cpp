// SPDX-License-Identifier: Apache-2.0
// What changes while it runs: the file, and certificates.
#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/serving/dependency.hpp"
#include "banyan/stages/witness.hpp"
#include "banyan/telemetry/log.hpp"
#include "loaded_table.hpp"
#include "operators_token.hpp"
#include "secret.hpp"
#include "server_inside.hpp"

namespace banyan::serving {
namespace {

using strangler::Configuration;
using strangler::FileProblem;
using strangler::Routing;

template <class All, class Member = std::identity>
bool is_among(const All& all, std::string_view name, Member member = {}) {
  return std::ranges::find(all, name, member) != std::ranges::end(all);
}

}  // namespace

std::expected<std::uint64_t, std::vector<FileProblem>> Server::reload() try {
  Inside& all = *inside_;
  const std::lock_guard lock(all.reloading);
  all.refused_certificates.clear();
  if (all.parts.settings.config_file.empty()) return all.current()->routing().generation;
  TlsMaterial material;
  std::string token;
  std::shared_ptr<const RouteSnapshot> snapshot;
  const std::shared_ptr<const RouteSnapshot> before = all.current();
  auto at_a_start = RefusedFiles::AtAStart::Fails;
  auto routing = all.file.reload([&](const std::shared_ptr<const Routing>& fresh) {
    all.secrets = marks_of_secrets(fresh->configuration, all.parts.settings.config_file);
    const Configuration& now = before->configuration();
    if (auto left = all.left_behind(fresh->configuration, &now); !left.empty()) {
      if (!all.parts.served.modules.empty()) at_a_start = RefusedFiles::AtAStart::IsTaken;
      return left;
    }
    if (auto back = all.sent_back(fresh->configuration, now); !back.empty()) {
      at_a_start = RefusedFiles::AtAStart::IsTaken;
      return back;
    }
    if (const auto& check = all.parts.settings.check) {
      if (auto problems = check(fresh); !problems.empty()) return problems;
    }
    auto read = read_tls_material(fresh->configuration, all.parts.settings.config_file);
    if (!read) {
      all.refused_certificates = std::move(read.error().files);
      return std::move(read.error().problems);
    }
    material = std::move(*read);
    auto secret = read_operators_token(fresh->configuration, all.parts.settings.config_file);
    if (!secret) return std::vector{std::move(secret.error())};
    token = std::move(*secret);
    auto built = all.snapshot(fresh, material, before.get());
    if (!built) return std::move(built.error());
    snapshot = std::move(*built);
    return std::vector<FileProblem>();
  });
  if (!routing) {
    all.refused.routes(routing.error(), at_a_start);
    all.log().write(
        telemetry::Level::Error, "routes_refused",
        {{"message", to_string(routing.error())},
         {"next", "the old routes stay in force; mend what is wrong, all is read again"}});
    return std::unexpected(std::move(routing.error()));
  }
  all.refused.routes({});
  all.refused.certificates({});
  const Configuration& configuration = (*routing)->configuration;
  if (all.parts.control != nullptr) {
    std::vector<std::string> rollouts = configuration.rollout_names();
    for (const ServedModule& each : all.parts.served.modules) rollouts.push_back(each.name);
    all.parts.control->enlist(rollouts);
  }
  snapshot->begin(material, all.checks);
  all.routes->publish(
      std::make_unique<const std::shared_ptr<const RouteSnapshot>>(std::move(snapshot)));
  all.routes->settle();
  all.forget_what_is_gone();
  all.count_anew();
  all.note_table("its file was read again", &before->configuration());
  if (all.guard.use(std::move(token))) {
    if (all.streams) all.streams->cut_off();
    all.log().write(telemetry::Level::Info, "operators_token_changed",
                    {{"message", "the token that operators had before is worth nothing any more"}});
  }
  all.renew_certificates(configuration, material);
  all.warn_of_what_needs_a_restart(configuration);
  all.warn_of_what_has_no_effect();
  all.log().write(
      telemetry::Level::Info, "routes_loaded",
      {{"generation", (*routing)->generation}, {"routes", configuration.routes.size()}});
  return (*routing)->generation;
} catch (const std::exception& exception) {
  return std::unexpected(inside_->failed(exception));
}

std::expected<void, std::vector<FileProblem>> Server::renew_certificates() try {
  Inside& all = *inside_;
  const std::lock_guard lock(all.reloading);
  const std::shared_ptr<const RouteSnapshot> routes = all.current();
  const Configuration& configuration = routes->configuration();
  const auto material = read_tls_material(configuration, all.parts.settings.config_file);
  if (!material) {
    all.refused.certificates(material.error().problems);
    all.log().write(
        telemetry::Level::Error, "certificates_refused",
        {{"message", to_string(material.error().problems)},
         {"next", "the old certificates stay in force; mend the files, they are read again"}});
    return std::unexpected(material.error().problems);
  }
  all.refused.certificates({});
  all.renew_certificates(configuration, *material);
  for (const auto& [name, context] : material->upstreams) {
    routes->pools().at(name)->tls->use(context);
  }
  all.log().write(telemetry::Level::Info, "certificates_loaded",
                  {{"files", material->files.size()}});
  return {};
} catch (const std::exception& exception) {
  return std::unexpected(inside_->failed(exception));
}

FileMarks Server::certificate_files() const {
  const std::lock_guard lock(inside_->reloading);
  return inside_->certificates;
}

FileMarks Server::refused_certificate_files() const {
  const std::lock_guard lock(inside_->reloading);
  return inside_->refused_certificates;
}

FileMarks Server::secret_files() const {
  const std::lock_guard lock(inside_->reloading);
  return inside_->secrets;
}

void Server::Inside::warn_of_what_needs_a_restart(const Configuration& now) const {
  std::string changed;
  const auto note = [&](bool same, std::string_view what) {
    if (!same) changed.append(changed.empty() ? "" : ", ").append(what);
  };
  note(now.listen == started_with.listen, "listen");
  note(std::ranges::equal(now.tls, started_with.tls, {}, &strangler::TlsListeners::listen,
                          &strangler::TlsListeners::listen),
       "listen of [[proxy.tls]]");
  note(now.operators == started_with.operators, "operators");
  note(now.tracing == started_with.tracing, "tracing");
  note(now.half_close == started_with.half_close, "half_close");
  note(now.trusted_peers == started_with.trusted_peers, "trusted_peers");
  note(now.drop_fields == started_with.drop_fields, "drop_fields");
  note(now.pass_fields == started_with.pass_fields, "pass_fields");
  note(now.limits == started_with.limits, "limits");
  note(now.access_log == started_with.access_log, "access_log");
  note(now.control_store == started_with.control_store, "control_store");
  for (const ServedModule& module : parts.served.modules) {
    note(!module.service || called_alike(module.name, started_with, now),
         "[upstreams." + module.name + "] for calls between modules");
  }
  if (changed.empty()) return;
  log().write(
      telemetry::Level::Warning, "needs_restart",
      {{"changed", changed},
       {"message", "these settings are as they were at the start; restart to change them"}});
}

void Server::Inside::warn_of_what_has_no_effect() const {
  const std::shared_ptr<const RouteSnapshot> now = current();
  for (const strangler::WithoutEffect& each : now->without_effect(parts.clock.now())) {
    const FileProblem placed{parts.settings.config_file, each.location, each.message};
    log().write(telemetry::Level::Warning, "no_effect",
                {{"rule", each.rule}, {"message", to_string(placed)}});
  }
}

// Of a module the file has at most the service; which operations it has is built in.
strangler::RolloutReach Server::Inside::reach_of(const Configuration& configuration,
                                                 std::string_view rollout) const {
  strangler::RolloutReach reach = strangler::reach_of(configuration, rollout);
  for (const ServedModule& module : parts.served.modules) {
    if (!module.routed || module.name != rollout) continue;
    if (!module.service && configuration.upstream(rollout) == nullptr) continue;
    for (const binding::BoundOperation& each : module.operations) reach.add(each.operation->effect);
  }
  return reach;
}

std::vector<std::string> Server::Inside::rollouts_of(const Configuration& configuration) const {
  std::vector<std::string> names = configuration.rollout_names();
  for (const ServedModule& module : parts.served.modules) {
    if (configuration.rollout(module.name) == nullptr) names.push_back(module.name);
  }
  return names;
}

// What is in force says which rollouts there are: one that a change by hand (`banyan goto`, another
// process) has moved without routes is no reason to refuse each file from then on; health tells it.
// At the start the store says it, with what the table that was taken last could do, but of an
// application with modules: what it has left out of this build has other ways home than a line in a
// file.
std::vector<FileProblem> Server::Inside::left_behind(const Configuration& fresh,
                                                     const Configuration* before) const {
  std::vector<FileProblem> problems;
  if (parts.control == nullptr) return problems;
  const strangler::Stages& live = parts.control->stages();
  const auto add = [&](const std::string& name, const strangler::ReachChange& change,
                       const std::string& store) {
    auto why = strangler::why_left_behind(name, live.traffic(name), change, store);
    if (why) problems.push_back({parts.settings.config_file, {}, std::move(*why)});
  };
  if (before != nullptr) {
    for (const std::string& name : rollouts_of(*before)) {
      const bool is_module = is_among(parts.served.modules, name, &ServedModule::name);
      const bool has_moved = live.traffic(name).stage == strangler::TrafficStage::Moved;
      if (has_moved && !is_module && strangler::stays_on_new_side(*before, fresh, name)) continue;
      add(name, {.before = reach_of(*before, name), .after = reach_of(fresh, name)}, {});
    }
    return problems;
  }
  if (!parts.served.modules.empty()) return problems;
  strangler::ControlStore& store = parts.control->store();
  const auto stand = store.stand();
  const auto table = store.table();
  const auto others = strangler::noted_survey(store);
  if (!stand) return problems;  // whoever asks for more of the store says why
  for (const strangler::Rollout& each : stand->rollouts) {
    strangler::ReachChange change{.before = std::nullopt, .after = reach_of(fresh, each.module)};
    if (table) change.before = strangler::noted_reach(*table, each.module);
    if (others) {
      const strangler::Topology theirs = (*others)(each.module);
      change.elsewhere = theirs.current && !is_gone(theirs);
    }
    add(each.module, change, store.file());
  }
  return problems;
}

std::vector<FileProblem> Server::Inside::sent_back(const Configuration& fresh,
                                                   const Configuration& before) const {
  std::vector<FileProblem> problems;
  if (parts.control == nullptr) return problems;
  const auto traffic = [this](std::string_view name) {
    return parts.control->stages().traffic(name);
  };
  for (std::string& each : strangler::routes_sent_back(before, fresh, traffic)) {
    problems.push_back({parts.settings.config_file, {}, std::move(each)});
  }
  return problems;
}

/// The figures of routes that the file no longer has.
void Server::Inside::forget_what_is_gone() {
  std::set<std::pair<std::string, std::string>> there;
  std::set<std::pair<std::string, std::string>> moving;
  std::set<std::string, std::less<>> rollouts;
  for (const Target& target : current()->targets()) {
    there.emplace(target.statistics_module(), target.statistics_name());
    moving.emplace(target.route.rollout, target.statistics_name());
    rollouts.insert(target.route.rollout);
  }
  const auto moves_no_more = [&](std::string_view rollout, std::string_view route) {
    return !moving.contains({std::string(rollout), std::string(route)});
  };
  fall_through.forget_if(moves_no_more);
  tunnels.forget_if(moves_no_more);
  sides.forget_if([&](std::string_view rollout) { return !rollouts.contains(rollout); });
  const auto gone = [&](const telemetry::CallStatistics::Key& key) {
    return key.way != "refused" && key.way != kOwn && !there.contains({key.module, key.operation});
  };
  parts.telemetry.metrics.requests.forget_if(gone);
  parts.telemetry.metrics.streams.forget_if(gone);
}

void Server::Inside::count_anew() {
  CountedBefore now{.unowned = unowned_in_all()};
  for (const FallThrough::Count& each : fall_through.counts())
    now.missed[each.rollout] += each.count;
  const std::lock_guard lock(counting);
  counted_before = std::move(now);
}

std::vector<strangler::TablePart> Server::Inside::reaches(const Configuration* before) const {
  const std::shared_ptr<const RouteSnapshot> now = current();
  const std::vector<std::string> here = rollouts_of(now->configuration());
  std::vector<strangler::TablePart> all;
  for (const std::string& name : here) {
    all.push_back(strangler::reach_part(name, reach_of(now->configuration(), name)));
  }
  const auto noted = parts.control->store().table();
  if (!noted) return all;  // then nothing can be noted either, and that is told
  const std::vector<std::string> gone =
      before != nullptr ? rollouts_of(*before) : std::vector<std::string>();
  for (const strangler::TablePart& each : *noted) {
    const std::string name(strangler::rollout_of(each));
    if (name.empty() || is_among(here, name)) continue;
    if (is_over(parts.control->stages().traffic(name))) continue;
    all.push_back(is_among(gone, name) ? strangler::reach_part(name, {}) : each);
  }
  return all;
}

void Server::Inside::note_table(const std::string& why, const Configuration* before) const {
  if (parts.control == nullptr) return;
  const std::shared_ptr<const RouteSnapshot> now = current();
  const std::string& source = parts.settings.config_file;
  std::vector<strangler::TablePart> table = loaded_table(*now);
  std::ranges::move(reaches(before), std::back_inserter(table));
  std::ranges::sort(table, {}, &strangler::TablePart::name);
  parts.control->note_table(
      table, {.who = process_name(parts.telemetry.service),
              .why = why,
              .evidence = source.empty() ? std::string()
                                         : source + ", generation " +
                                               std::to_string(now->routing().generation)});
}

/// Goes by the addresses, which are what a reload cannot change.
void Server::Inside::renew_certificates(const Configuration& now, const TlsMaterial& material) {
  certificates = material.files;
  for (std::size_t i = 0; i < tls.size(); ++i) {
    const auto same =
        std::ranges::find(now.tls, started_with.tls[i].listen, &strangler::TlsListeners::listen);
    if (same == now.tls.end()) continue;
    tls[i]->use(material.listeners[static_cast<std::size_t>(same - now.tls.begin())]);
  }
}

}  // namespace banyan::serving
