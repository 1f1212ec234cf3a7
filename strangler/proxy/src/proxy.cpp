// SPDX-License-Identifier: Apache-2.0
#include "proxy/proxy.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "access_log.hpp"
#include "doors.hpp"
#include "edge.hpp"
#include "http/instance_lock.hpp"
#include "http/server.hpp"
#include "kernel/executor.hpp"
#include "live_view.hpp"
#include "stages/switchboard.hpp"
#include "telemetry/contained.hpp"
#include "telemetry/health.hpp"

namespace banyan::strangler {
namespace {

std::string sentence(const Error& error) { return error.message + " (" + error.rule + ")\n"; }

void log_change(const telemetry::Log& log, const HealthChange& change) {
  log.write(
      change.passing ? telemetry::Level::Info : telemetry::Level::Warning,
      change.passing ? "proxy.instance_well" : "proxy.instance_ill",
      {{"group", change.group}, {"instance", to_string(change.instance)}, {"message", change.why}});
}

/// A path of the file is relative to the file's own folder; "-" is none.
std::string beside_the_file(const ProxyOptions& options, const std::string& path) {
  if (path == "-") return path;
  return (std::filesystem::path(options.config_file).parent_path() / path).string();
}

std::size_t loops_of(const ProxyOptions& options) {
  return options.loops != 0 ? options.loops : std::max(1U, std::thread::hardware_concurrency());
}

// Of a migration that the file no longer has, the usual ones.
std::vector<Percent> steps_of(const Configuration& configuration, std::string_view migration) {
  const MigrationPlan* plan = configuration.migration(migration);
  return plan != nullptr ? plan->steps : usual_steps();
}

TlsServers servers_of(const TlsMaterial& material) {
  TlsServers servers;
  for (const http::TlsServer::Context& each : material.listeners) {
    servers.push_back(std::make_shared<http::TlsServer>(each));
  }
  return servers;
}

}  // namespace

/// Destroyed from the bottom up: first those who ask, then those who are asked.
struct Proxy::Parts {
  Parts(const ProxyOptions& given, TrustedPeers trusted,
        const std::shared_ptr<const Routing>& routing, const TlsMaterial& material,
        std::unique_ptr<ControlStore> opened);

  /// What went wrong without being anybody's answer.
  void fault(std::string_view what) const {
    log.write(telemetry::Level::Error, "proxy.fault", {{"message", what}});
  }
  /// A reload that was ended by an exception.
  std::vector<FileProblem> failed(const std::exception& exception) const {
    fault(exception.what());
    return {{options.config_file, {}, exception.what()}};
  }
  telemetry::Health::Finding upstream_health() const;
  std::shared_ptr<const Site> current() const {
    return site.read([](const auto& now) { return now; });
  }
  void warn_of_what_needs_a_restart(const Configuration& now) const;
  void renew_certificates(const Configuration& now, const TlsMaterial& material);

  ProxyOptions options;
  telemetry::Log log;
  TrustedPeers trusted_peers;
  HealthChecks checks;
  UpstreamPool::Common upstreams;
  Configuration started_with;
  LiveRoutes routes;
  telemetry::Metrics metrics;
  CurrentSite site;
  std::unique_ptr<ControlStore> store;
  std::unique_ptr<Scheduler> scheduler =
      telemetry::contained(make_thread_scheduler(), [this](std::string_view what) { fault(what); });
  std::unique_ptr<Stages> stages;
  std::unique_ptr<Tunnels> tunnels;
  std::unique_ptr<Switchboard> switchboard;
  std::unique_ptr<AdminApi> admin;
  telemetry::Health health;
  RequestLog request_log;
  Refusals refusals;
  SteadyTime started = system_clock().steady();
  std::unique_ptr<OperatorPages> pages;
  std::mutex reloading;
  FileMarks certificates;
  FileMarks refused_certificates;  ///< of the last configuration, if it was refused for them
  TlsServers tls;
  Doors doors;
  std::vector<http::InstanceLock> locks;
  std::unique_ptr<AccessLog> access_log;
  std::unique_ptr<Edge> edge;
  std::unique_ptr<http::Server> server;
};

Proxy::Parts::Parts(const ProxyOptions& given, TrustedPeers trusted,
                    const std::shared_ptr<const Routing>& routing, const TlsMaterial& material,
                    std::unique_ptr<ControlStore> opened)
    : options(given),
      log({.service = "banyan-proxy", .file = given.log_file}),
      trusted_peers(std::move(trusted)),
      checks([this](const HealthChange& change) { log_change(log, change); },
             [this](std::string_view what) { fault(what); }),
      upstreams{.forwarding = {.trusted_peers = trusted_peers},
                .health = given.health,
                .checks = &checks},
      started_with(routing->configuration),
      routes(given.config_file, routing),
      site(std::make_unique<const std::shared_ptr<const Site>>(
          std::make_shared<const Site>(routing, nullptr, upstreams, material, metrics.requests))),
      store(std::move(opened)),
      request_log(log),
      certificates(material.files),
      tls(servers_of(material)),
      doors(doors_of(started_with, tls)) {}

telemetry::Health::Finding Proxy::Parts::upstream_health() const {
  std::string ill;
  for (const auto& [name, pool] : current()->pools()) {
    if (!pool->instances->healthy()) ill += (ill.empty() ? "" : ", ") + name;
  }
  if (ill.empty()) return {};
  return {false, "no healthy instance in " + ill};
}

void Proxy::Parts::warn_of_what_needs_a_restart(const Configuration& now) const {
  std::string changed;
  const auto note = [&](bool same, std::string_view what) {
    if (!same) changed.append(changed.empty() ? "" : ", ").append(what);
  };
  note(now.listen == started_with.listen, "listen");
  note(std::ranges::equal(now.tls, started_with.tls, {}, &TlsListeners::listen,
                          &TlsListeners::listen),
       "listen of [[proxy.tls]]");
  note(now.operators == started_with.operators, "operators");
  note(now.half_close == started_with.half_close, "half_close");
  note(now.limits == started_with.limits, "limits");
  note(now.access_log == started_with.access_log, "access_log");
  note(now.control_store == started_with.control_store, "control_store");
  if (changed.empty()) return;
  log.write(telemetry::Level::Warning, "proxy.needs_restart",
            {{"changed", changed},
             {"message", "these settings are as they were at the start; restart to change them"}});
}

/// Goes by the addresses, which are what a reload cannot change.
void Proxy::Parts::renew_certificates(const Configuration& now, const TlsMaterial& material) {
  certificates = material.files;
  for (std::size_t i = 0; i < tls.size(); ++i) {
    const auto same = std::ranges::find(now.tls, started_with.tls[i].listen, &TlsListeners::listen);
    if (same == now.tls.end()) continue;
    tls[i]->use(material.listeners[static_cast<std::size_t>(same - now.tls.begin())]);
  }
}

Proxy::Proxy(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Proxy::~Proxy() { drain(std::chrono::milliseconds{0}); }

std::expected<std::unique_ptr<Proxy>, std::string> Proxy::make(const ProxyOptions& options) {
  auto trusted = TrustedPeers::parse(options.trusted_peers);
  if (!trusted) return std::unexpected("trusted peers: " + trusted.error() + "\n");
  auto routing = load_routing(options.config_file);
  if (!routing) return std::unexpected(to_string(routing.error()));
  const Configuration& configuration = (*routing)->configuration;
  const auto material = read_tls_material(configuration, options.config_file);
  if (!material) return std::unexpected(to_string(material.error().problems));
  auto store = ControlStore::open(beside_the_file(options, configuration.control_store));
  if (!store) return std::unexpected(sentence(store.error()));
  if (const auto enlisted = (*store)->enlist(configuration.migration_names()); !enlisted) {
    return std::unexpected(sentence(enlisted.error()));
  }
  auto parts =
      std::make_unique<Parts>(options, std::move(*trusted), *routing, *material, std::move(*store));
  Parts* const all = parts.get();

  auto stages = Stages::make(*all->store, *all->scheduler, [all](const Error& error) {
    all->log.write(telemetry::Level::Error, "proxy.control_store_unreadable",
                   {{"message", error.message}, {"rule", error.rule}});
  });
  if (!stages) return std::unexpected(sentence(stages.error()));
  all->stages = std::move(*stages);
  all->tunnels = std::make_unique<Tunnels>(*all->stages, configuration.limits.pinned_tunnel_time);
  all->switchboard = std::make_unique<Switchboard>(
      *all->store,
      [all](std::string_view migration) {
        return Terrain{.new_side = all->current()->has_successor(migration)};
      },
      all->stages.get(),
      [all](std::string_view migration) {
        return steps_of(all->current()->routing().configuration, migration);
      });
  all->admin = std::make_unique<AdminApi>(
      *all->switchboard, [all](std::string_view migration) { return all->tunnels->of(migration); });
  all->metrics.add_gauges([all] { return gauges(*all->current(), *all->stages); });
  all->metrics.add_gauges([all] { return gauges(all->log); });
  all->metrics.add_gauges([all] { return own_gauges(all->access_log.get(), all->server.get()); });
  all->metrics.add_gauges([all] { return gauges(all->doors); });
  all->metrics.add_gauges([all] { return gauges(*all->tunnels); });
  all->metrics.add_gauges([all] { return all->refusals.gauges(); });
  all->health.add("upstreams", false, [all] { return all->upstream_health(); });
  // Without it requests are served on, by the stages that were known last; nothing can be changed.
  all->health.add("control store", false, [all] {
    const auto readable = all->store->stand();
    if (readable) return telemetry::Health::Finding{};
    return telemetry::Health::Finding{false, readable.error().message};
  });
  all->pages = std::make_unique<OperatorPages>(
      OperatorPages::Parts{.admin = *all->admin,
                           .health = all->health,
                           .metrics = all->metrics,
                           .log = all->log,
                           .live =
                               [all] {
                                 return live_json(*all->current(), *all->stages, *all->tunnels,
                                                  *all->store, all->metrics, all->started);
                               },
                           .upstreams = [all] { return upstreams_json(*all->current()); }});
  return std::unique_ptr<Proxy>(new Proxy(std::move(parts)));
}

void Proxy::start() {
  Parts& all = *parts_;
  for (const Door& door : all.doors) {
    all.locks.push_back(http::InstanceLock::for_endpoint(
        door.endpoint, "give this one another address in its `listen`"));
  }
  if (all.started_with.access_log) {
    AccessLogPlan plan = *all.started_with.access_log;
    plan.file = beside_the_file(all.options, plan.file);
    all.access_log = std::make_unique<AccessLog>(plan, loops_of(all.options));
  }
  all.edge = std::make_unique<Edge>(Edge::Parts{.site = all.site,
                                                .stages = *all.stages,
                                                .pages = *all.pages,
                                                .metrics = all.metrics,
                                                .tunnels = *all.tunnels,
                                                .refusals = all.refusals,
                                                .log = all.request_log,
                                                .access_log = all.access_log.get(),
                                                .trusted_peers = all.trusted_peers,
                                                .doors = all.doors,
                                                .total_time = all.started_with.limits.total_time,
                                                .explain = all.options.explain});
  http::ServerOptions options = server_options(all.doors, all.started_with, all.options);
  options.speaks_for_many = [&all](const http::Endpoint& peer) {
    return all.trusted_peers.contains(peer.host);
  };
  options.on_fault = [&all](std::string_view what) { all.fault(what); };
  all.server = std::make_unique<http::Server>(std::move(options), *all.edge);
  all.server->start();
  log_doors(all.log, all.doors, *all.server);
}

std::vector<http::Endpoint> Proxy::listening() const {
  std::vector<http::Endpoint> all;
  for (std::size_t i = 0; i < parts_->doors.size(); ++i) {
    if (parts_->doors[i].clients) all.push_back(bound(parts_->doors[i], *parts_->server, i));
  }
  return all;
}

std::vector<std::string> Proxy::urls() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < parts_->doors.size(); ++i) {
    const Door& door = parts_->doors[i];
    if (door.clients) all.push_back(url(door, bound(door, *parts_->server, i)));
  }
  return all;
}

std::optional<std::string> Proxy::operators_url() const {
  for (std::size_t i = 0; i < parts_->doors.size(); ++i) {
    const Door& door = parts_->doors[i];
    if (door.operators) return url(door, bound(door, *parts_->server, i));
  }
  return std::nullopt;
}

std::optional<http::Endpoint> Proxy::operators() const {
  for (std::size_t i = 0; i < parts_->doors.size(); ++i) {
    if (parts_->doors[i].operators) return bound(parts_->doors[i], *parts_->server, i);
  }
  return std::nullopt;
}

std::expected<std::uint64_t, std::vector<FileProblem>> Proxy::reload() try {
  Parts& all = *parts_;
  const std::lock_guard lock(all.reloading);
  all.refused_certificates.clear();
  TlsMaterial material;
  auto routing = all.routes.reload([&](const Routing& fresh) {
    auto read = read_tls_material(fresh.configuration, all.options.config_file);
    if (!read) {
      all.refused_certificates = std::move(read.error().files);
      return std::move(read.error().problems);
    }
    material = std::move(*read);
    return std::vector<FileProblem>();
  });
  if (!routing) {
    all.log.write(
        telemetry::Level::Error, "proxy.routes_refused",
        {{"message", to_string(routing.error())},
         {"next", "the old routes stay in force; mend what is wrong, all is read again"}});
    return std::unexpected(std::move(routing.error()));
  }
  const Configuration& configuration = (*routing)->configuration;
  if (const auto done = all.store->enlist(configuration.migration_names()); !done) {
    // Unknown migrations count as legacy until they are enlisted: nothing goes astray.
    all.log.write(telemetry::Level::Error, "proxy.control_store_unreadable",
                  {{"message", done.error().message}, {"rule", done.error().rule}});
  }
  const std::shared_ptr<const Site> before = all.current();
  all.site.publish(std::make_unique<const std::shared_ptr<const Site>>(std::make_shared<const Site>(
      *routing, before.get(), all.upstreams, material, all.metrics.requests)));
  all.renew_certificates(configuration, material);
  all.warn_of_what_needs_a_restart(configuration);
  all.log.write(telemetry::Level::Info, "proxy.routes_loaded",
                {{"generation", static_cast<std::int64_t>((*routing)->generation)},
                 {"routes", static_cast<std::int64_t>((*routing)->table.routes().size())}});
  return (*routing)->generation;
} catch (const std::exception& exception) {
  return std::unexpected(parts_->failed(exception));
}

std::expected<void, std::vector<FileProblem>> Proxy::renew_certificates() try {
  Parts& all = *parts_;
  const std::lock_guard lock(all.reloading);
  const std::shared_ptr<const Site> site = all.current();
  const Configuration& configuration = site->routing().configuration;
  const auto material = read_tls_material(configuration, all.options.config_file);
  if (!material) {
    all.log.write(
        telemetry::Level::Error, "proxy.certificates_refused",
        {{"message", to_string(material.error().problems)},
         {"next", "the old certificates stay in force; mend the files, they are read again"}});
    return std::unexpected(material.error().problems);
  }
  all.renew_certificates(configuration, *material);
  for (const auto& [name, context] : material->upstreams) site->pools().at(name)->tls->use(context);
  all.log.write(telemetry::Level::Info, "proxy.certificates_loaded",
                {{"files", static_cast<std::int64_t>(material->files.size())}});
  return {};
} catch (const std::exception& exception) {
  return std::unexpected(parts_->failed(exception));
}

FileMarks Proxy::certificate_files() const {
  const std::lock_guard lock(parts_->reloading);
  return parts_->certificates;
}

FileMarks Proxy::refused_certificate_files() const {
  const std::lock_guard lock(parts_->reloading);
  return parts_->refused_certificates;
}

std::size_t Proxy::drain(std::chrono::milliseconds deadline) {
  parts_->health.drain();
  if (!parts_->server) return 0;
  const SteadyTime until = system_clock().steady() + deadline;
  const auto spread = std::min(parts_->started_with.limits.drain_spread, deadline / 2);
  if (spread.count() > 0) parts_->server->wind_down(spread);
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(until - system_clock().steady());
  return parts_->server->drain(std::max(left, std::chrono::milliseconds{0}));
}

std::size_t Proxy::drain() { return drain(parts_->started_with.limits.drain_time); }

void Proxy::reopen_logs() {
  parts_->log.reopen();
  if (parts_->access_log) parts_->access_log->reopen();
}

void Proxy::fault(std::string_view what) const noexcept { parts_->fault(what); }

void Proxy::stop_being_ready() { parts_->health.drain(); }

}  // namespace banyan::strangler
