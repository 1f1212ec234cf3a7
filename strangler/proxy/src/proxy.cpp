// SPDX-License-Identifier: Apache-2.0
#include "proxy/proxy.hpp"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "edge.hpp"
#include "http/instance_lock.hpp"
#include "http/loopback.hpp"
#include "http/server.hpp"
#include "kernel/executor.hpp"
#include "live_view.hpp"
#include "stages/switchboard.hpp"
#include "telemetry/health.hpp"

namespace banyan::strangler {
namespace {

std::string sentence(const Error& error) { return error.message + " (" + error.rule + ")\n"; }

std::string control_store_file(const ProxyOptions& options, const Configuration& configuration) {
  return (std::filesystem::path(options.config_file).parent_path() / configuration.control_store)
      .string();
}

// Of a migration that the file no longer has, the usual ones.
std::vector<Percent> steps_of(const Configuration& configuration, std::string_view migration) {
  const MigrationPlan* plan = configuration.migration(migration);
  return plan != nullptr ? plan->steps : usual_steps();
}

http::ServerOptions server_options(const Address& address, const Limits& limits,
                                   const ProxyOptions& options) {
  http::ServerOptions server;
  server.listen = {{address.host, address.port}};
  server.loops = options.loops;
  server.max_connections = limits.connections;
  server.limits.head_bytes = limits.header_bytes;
  server.limits.fields = limits.header_fields;
  server.limits.body_bytes = limits.body_bytes;
  server.head_timeout = limits.header_time;
  server.body_timeout = limits.body_time;
  server.idle_timeout = limits.idle_time;
  return server;
}

/// One listening address.
struct Door {
  http::InstanceLock lock;
  std::unique_ptr<Edge> edge;
  std::unique_ptr<http::Server> server;
};

}  // namespace

/// Destroyed from the bottom up: first those who ask, then those who are asked.
struct Proxy::Parts {
  Parts(const ProxyOptions& given, TrustedPeers trusted, std::shared_ptr<const Routing> routing,
        std::unique_ptr<ControlStore> opened);

  telemetry::Health::Finding upstream_health() const;
  std::shared_ptr<const Site> current() const {
    return site.read([](const auto& now) { return now; });
  }
  void warn_of_what_needs_a_restart(const Configuration& now) const;

  ProxyOptions options;
  telemetry::Log log;
  TrustedPeers trusted_peers;
  ForwarderOptions forwarding;
  Configuration started_with;
  LiveRoutes routes;
  telemetry::Metrics metrics;
  CurrentSite site;
  std::unique_ptr<ControlStore> store;
  std::unique_ptr<Scheduler> scheduler = make_thread_scheduler();
  std::unique_ptr<Stages> stages;
  std::unique_ptr<Switchboard> switchboard;
  std::unique_ptr<AdminApi> admin;
  telemetry::Health health;
  RequestLog request_log;
  SteadyTime started = system_clock().steady();
  std::unique_ptr<OperatorPages> pages;
  std::mutex reloading;
  std::vector<Door> doors;
};

Proxy::Parts::Parts(const ProxyOptions& given, TrustedPeers trusted,
                    std::shared_ptr<const Routing> routing, std::unique_ptr<ControlStore> opened)
    : options(given),
      log({.service = "banyan-proxy", .file = given.log_file}),
      trusted_peers(std::move(trusted)),
      forwarding{.trusted_peers = trusted_peers},
      started_with(routing->configuration),
      routes(given.config_file, routing),
      site(std::make_unique<const std::shared_ptr<const Site>>(
          std::make_shared<const Site>(routing, nullptr, forwarding, given.health, metrics.requests))),
      store(std::move(opened)),
      request_log(log, given.access_log_share) {}

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
  note(now.limits == started_with.limits, "limits");
  note(now.control_store == started_with.control_store, "control_store");
  if (changed.empty()) return;
  log.write(telemetry::Level::Warning, "proxy.needs_restart",
            {{"changed", changed},
             {"message", "these settings are as they were at the start; restart to change them"}});
}

Proxy::Proxy(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Proxy::~Proxy() { drain(std::chrono::milliseconds{0}); }

std::expected<std::unique_ptr<Proxy>, std::string> Proxy::make(const ProxyOptions& options) {
  auto trusted = TrustedPeers::parse(options.trusted_peers);
  if (!trusted) return std::unexpected("trusted peers: " + trusted.error() + "\n");
  auto routing = load_routing(options.config_file);
  if (!routing) return std::unexpected(to_string(routing.error()));
  const Configuration& configuration = (*routing)->configuration;
  auto store = ControlStore::open(control_store_file(options, configuration));
  if (!store) return std::unexpected(sentence(store.error()));
  if (const auto enlisted = (*store)->enlist(configuration.migration_names()); !enlisted) {
    return std::unexpected(sentence(enlisted.error()));
  }
  auto parts = std::make_unique<Parts>(options, std::move(*trusted), *routing, std::move(*store));
  Parts* const all = parts.get();

  auto stages = Stages::make(*all->store, *all->scheduler, [all](const Error& error) {
    all->log.write(telemetry::Level::Error, "proxy.control_store_unreadable",
                   {{"message", error.message}, {"rule", error.rule}});
  });
  if (!stages) return std::unexpected(sentence(stages.error()));
  all->stages = std::move(*stages);
  all->switchboard = std::make_unique<Switchboard>(
      *all->store,
      [all](std::string_view migration) {
        return Terrain{.new_side = all->current()->has_successor(migration)};
      },
      all->stages.get(),
      [all](std::string_view migration) {
        return steps_of(all->current()->routing().configuration, migration);
      });
  all->admin = std::make_unique<AdminApi>(*all->switchboard);
  all->metrics.add_gauges([all] { return gauges(*all->current(), *all->stages); });
  all->health.add("upstreams", false, [all] { return all->upstream_health(); });
  all->pages = std::make_unique<OperatorPages>(
      OperatorPages::Parts{.admin = *all->admin,
                           .health = all->health,
                           .metrics = all->metrics,
                           .live =
                               [all] {
                                 return live_json(*all->current(), *all->stages, *all->store,
                                                  all->metrics, all->started);
                               },
                           .upstreams = [all] { return upstreams_json(*all->current()); }});
  return std::unique_ptr<Proxy>(new Proxy(std::move(parts)));
}

void Proxy::start() {
  Parts& all = *parts_;
  for (const Address& address : all.started_with.listen) {
    Door door{http::InstanceLock::for_endpoint({address.host, address.port}), nullptr, nullptr};
    door.edge =
        std::make_unique<Edge>(Edge::Parts{.site = all.site,
                                           .stages = *all.stages,
                                           .pages = *all.pages,
                                           .metrics = all.metrics,
                                           .log = all.request_log,
                                           .trusted_peers = all.trusted_peers,
                                           .explain = all.options.explain,
                                           .operators_here = http::is_loopback(address.host)});
    http::ServerOptions server = server_options(address, all.started_with.limits, all.options);
    server.on_fault = [&all](std::string_view what) {
      all.log.write(telemetry::Level::Error, "proxy.fault", {{"message", what}});
    };
    door.server = std::make_unique<http::Server>(std::move(server), *door.edge);
    door.server->start();
    all.doors.push_back(std::move(door));
  }
  for (const http::Endpoint& endpoint : listening()) {
    all.log.write(telemetry::Level::Info, "proxy.listening", {{"address", to_string(endpoint)}});
  }
}

std::vector<http::Endpoint> Proxy::listening() const {
  std::vector<http::Endpoint> all;
  for (std::size_t i = 0; i < parts_->doors.size(); ++i) {
    all.push_back({parts_->started_with.listen[i].host, parts_->doors[i].server->port()});
  }
  return all;
}

std::expected<std::uint64_t, std::vector<FileProblem>> Proxy::reload() {
  Parts& all = *parts_;
  const std::lock_guard lock(all.reloading);
  auto routing = all.routes.reload();
  if (!routing) {
    all.log.write(telemetry::Level::Error, "proxy.routes_refused",
                  {{"message", to_string(routing.error())},
                   {"next", "the old routes stay in force; mend the file, it is read again"}});
    return std::unexpected(std::move(routing.error()));
  }
  const Configuration& configuration = (*routing)->configuration;
  if (const auto done = all.store->enlist(configuration.migration_names()); !done) {
    // Unknown migrations count as legacy until they are enlisted: nothing goes astray.
    all.log.write(telemetry::Level::Error, "proxy.control_store_unreadable",
                  {{"message", done.error().message}, {"rule", done.error().rule}});
  }
  const std::shared_ptr<const Site> before = all.current();
  all.site.publish(std::make_unique<const std::shared_ptr<const Site>>(
      std::make_shared<const Site>(*routing, before.get(), all.forwarding, all.options.health,
                                   all.metrics.requests)));
  all.warn_of_what_needs_a_restart(configuration);
  all.log.write(telemetry::Level::Info, "proxy.routes_loaded",
                {{"generation", static_cast<std::int64_t>((*routing)->generation)},
                 {"routes", static_cast<std::int64_t>((*routing)->table.routes().size())}});
  return (*routing)->generation;
}

std::size_t Proxy::drain(std::chrono::milliseconds deadline) {
  parts_->health.drain();
  const SteadyTime until = system_clock().steady() + deadline;
  std::size_t cut = 0;
  for (Door& door : parts_->doors) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - system_clock().steady());
    cut += door.server->drain(std::max(left, std::chrono::milliseconds{0}));
  }
  return cut;
}

std::size_t Proxy::drain() { return drain(parts_->started_with.limits.drain_time); }

void Proxy::stop_being_ready() { parts_->health.drain(); }

}  // namespace banyan::strangler
