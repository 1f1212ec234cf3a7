// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <filesystem>
#include <utility>

#include "assembly.hpp"
#include "binding/openapi.hpp"
#include "call_telemetry.hpp"
#include "database_setup.hpp"
#include "dependency_probe.hpp"
#include "edge.hpp"
#include "failure.hpp"
#include "housekeeping.hpp"
#include "http/instance_lock.hpp"
#include "http/loopback.hpp"
#include "http/server.hpp"
#include "live_view.hpp"
#include "operator_pages.hpp"
#include "sql/database.hpp"
#include "sql/fault.hpp"
#include "stages/stages.hpp"
#include "stages/switchboard.hpp"
#include "telemetry/contained.hpp"

namespace banyan::host {
namespace {

std::filesystem::path control_file(const Options& options) {
  if (!options.control_store.empty()) return options.control_store;
  const bool file = options.database.engine == sql::Engine::Sqlite;
  return (file ? options.database.file.parent_path() : std::filesystem::path("var")) / "control.db";
}

/// The table where nobody routes: everything stays.
class NoRouting final : public RoutingTable {
 public:
  RoutingDecision decide(std::string_view module, Effect /*effect*/,
                         std::string_view /*unit*/) const override {
    return {std::string(module), Side::Local, 0};
  }
};

}  // namespace

struct Process::Parts {
  Parts(const Application& served, const std::vector<ModuleEntry>& composition,
        const Options& given)
      : application(served),
        table(composition),
        options(given),
        log({.service = application.name, .file = options.log_file, .least = options.log_level}),
        instance(http::InstanceLock::for_endpoint(options.listen,
                                                  "give this one another port (--port N)")),
        scheduler(telemetry::contained(make_thread_scheduler(), [this](std::string_view what) {
          log.write(telemetry::Level::Error, "task_fault", {{"what", what}});
        })) {
    open_database();
    open_control();
    assemble();
    housekeeping.emplace(*database, *assembly, options, *scheduler, log);
    watch_health();
    serve();
  }

  void open_database() {
    set_up_database(application, table, options, log);
    database = sql::Database::open(options.database, {.application = application.name});
    if (options.database.engine == sql::Engine::Sqlite) statements.emplace(*database, *scheduler);
  }

  // A process that others of the application call (a service) shifts nobody's traffic.
  void open_control() {
    if (options.trust == binding::Trust::Internal) return;
    store = value_or_throw(strangler::ControlStore::open(control_file(options).string()));
    std::vector<std::string> names;
    names.reserve(table.size());
    for (const ModuleEntry& entry : table) names.emplace_back(entry.port->name);
    value_or_throw(store->enlist(names));
    stages = value_or_throw(strangler::Stages::make(
        *store, *scheduler,
        [this](const Error& error) {
          log.write(telemetry::Level::Error, "control_store_unreadable",
                    {{"problem", error.message}});
        },
        strangler::Stages::kWatchInterval,
        [this](std::string_view module) { return epoch_of(module); }));
    switchboard.emplace(
        *store, [this](std::string_view module) { return terrain(module); }, stages.get());
    admin.emplace(*switchboard);
  }

  // What is wrong with the database is told by health and by each request.
  std::uint64_t epoch_of(std::string_view module) const {
    try {
      return database->epoch_of(std::string(module));
    } catch (const sql::Fault&) {
      return 0;
    }
  }

  strangler::Terrain terrain(std::string_view name) const {
    const HostedModule* module = assembly ? assembly->find(name) : nullptr;
    if (module == nullptr) return {.old_side = false, .new_side = false};
    const bool separate = database->place_of(std::string(name)) != database->source();
    return {.old_side = module->here,
            .new_side = module->service.has_value(),
            .data = separate ? strangler::DataStage::Separate : strangler::DataStage::Shared,
            .both_reach_data = !module->service || http::is_loopback(module->service->host)};
  }

  const RoutingTable& routing() const {
    return stages ? static_cast<const RoutingTable&>(*stages) : no_routing;
  }

  void assemble() {
    const auto connect = [this](const ModuleEntry& entry) {
      const std::string name(entry.port->name);
      std::vector<sql::Crossing> crossings;
      for (const AllowedCrossing& crossing : application.crossings) {
        if (crossing.module == name) crossings.push_back({crossing.table, crossing.reason});
      }
      return database->connect(name, entry.tables, crossings);
    };
    assembly.emplace(table, options, connect,
                     Environment{system_clock(), system_random(), *scheduler}, calls, routing());
  }

  void watch_health() {
    health.add("database", true, [this] {
      const auto usable = database->probe(Context::begin(std::chrono::seconds(2)));
      return usable ? telemetry::Health::Finding{true, options.database.display()}
                    : telemetry::Health::Finding{false, usable.error().message};
    });
    health.add("write-ahead log", false, [this] { return wal_finding(); });
    health.add("placement", false, [this] { return housekeeping->finding(); });
    for (const auto& module : assembly->modules()) {
      if (!module->service) continue;
      auto& probe = probes.emplace_back(
          std::make_unique<DependencyProbe>(module->name(), *module->service, *scheduler));
      health.add("service " + module->name(), false,
                 [watched = probe.get()] { return watched->finding(); });
    }
    if (store) {
      // Without it requests are served on, by the stages that were known last.
      health.add("control store", false, [this] {
        const auto readable = store->stand();
        if (readable) return telemetry::Health::Finding{};
        return telemetry::Health::Finding{false, readable.error().message};
      });
    }
    metrics.add_gauges([this] { return gauges(); });
    metrics.add_gauges([this] { return telemetry::gauges(log); });
  }

  // Reading and writing go on meanwhile, and the disk fills.
  telemetry::Health::Finding wal_finding() const {
    std::string problems;
    for (const sql::WriteAheadLog& wal : database->write_ahead_logs()) {
      if (!wal.problem.empty()) problems += (problems.empty() ? "" : " ") + wal.problem;
    }
    return {problems.empty(), problems};
  }

  std::vector<telemetry::Gauge> gauges() const {
    const sql::WriterFigures writer = database->figures();
    std::vector<telemetry::Gauge> all = {{"banyan_sql_units_total",
                                          "Units of work committed",
                                          {},
                                          static_cast<double>(writer.units),
                                          true},
                                         {"banyan_sql_commits_total",
                                          "Group commits",
                                          {},
                                          static_cast<double>(writer.commits),
                                          true},
                                         {"banyan_sql_queued_units",
                                          "Units of work that wait",
                                          {},
                                          static_cast<double>(writer.queued)},
                                         {"banyan_routing_revision",
                                          "Number of the last change of traffic",
                                          {},
                                          stages ? static_cast<double>(stages->revision()) : 0.0}};
    for (const sql::WriteAheadLog& wal : database->write_ahead_logs()) {
      all.push_back({"banyan_sqlite_wal_bytes",
                     "Size of the write-ahead log",
                     {{"database", wal.database}},
                     static_cast<double>(wal.bytes)});
    }
    for (const auto& module : assembly->modules()) {
      if (!module->channel) continue;
      const binding::CircuitBreaker::Report breaker = module->channel->breaker();
      all.push_back({"banyan_breaker_open",
                     "1 while calls to the dependency are refused at once",
                     {{"dependency", module->name()}},
                     breaker.state == binding::CircuitBreaker::State::Open ? 1.0 : 0.0});
      all.push_back({"banyan_breaker_opened_total",
                     "How often the breaker opened",
                     {{"dependency", module->name()}},
                     static_cast<double>(breaker.opened),
                     true});
    }
    return all;
  }

  void serve() {
    view.emplace(LiveView::Parts{application, *assembly, *database, metrics, stages.get(),
                                 store.get(), system_clock().steady()});
    pages.emplace(OperatorPages::Parts{
        application.home_page, api_description(), metrics, health, log, admin ? &*admin : nullptr,
        [this] { return view->json(); }, http::is_loopback(options.listen.host)});
    edge.emplace(Edge::Parts{*assembly, routing(), options, *pages, metrics, log});
    http::ServerOptions server_options;
    server_options.listen = {options.listen};
    server_options.loops = options.loops;
    server_options.on_fault = [this](std::string_view what) {
      log.write(telemetry::Level::Error, "server_fault", {{"what", what}});
    };
    server.emplace(std::move(server_options), *edge);
    server->start();
    log.write(telemetry::Level::Info, "listening",
              {{"address", options.listen.host}, {"port", server->port()}});
  }

  std::string api_description() const {
    std::vector<binding::PortDescription> ports;
    for (const auto& module : assembly->modules()) {
      if (module->here || module->service) ports.push_back(module->entry->describe());
    }
    return binding::openapi({application.title, application.version, application.description},
                            ports);
  }

  // In the order of making; the destructor goes the other way.
  const Application& application;
  const std::vector<ModuleEntry>& table;
  const Options options;
  telemetry::Log log;
  telemetry::Metrics metrics;
  telemetry::Health health;
  http::InstanceLock instance;
  std::unique_ptr<Scheduler> scheduler;
  std::unique_ptr<sql::Database> database;
  std::optional<StatementDiary> statements;
  std::unique_ptr<strangler::ControlStore> store;
  std::unique_ptr<strangler::Stages> stages;
  NoRouting no_routing;
  std::optional<strangler::Switchboard> switchboard;
  std::optional<strangler::AdminApi> admin;
  CallTelemetry calls{metrics, log};
  std::optional<Assembly> assembly;
  std::optional<Housekeeping> housekeeping;
  std::vector<std::unique_ptr<DependencyProbe>> probes;
  std::optional<LiveView> view;
  std::optional<OperatorPages> pages;
  std::optional<Edge> edge;
  std::optional<http::Server> server;
  bool drained = false;
};

Process::Process(const Application& application, const std::vector<ModuleEntry>& table,
                 const Options& options)
    : parts_(std::make_unique<Parts>(application, table, options)) {}

Process::~Process() { drain(); }

std::uint16_t Process::port() const { return parts_->server->port(); }

void Process::drain() {
  if (std::exchange(parts_->drained, true)) return;
  parts_->health.drain();
  const std::size_t cut = parts_->server->drain(parts_->options.drain);
  parts_->assembly->finish();
  parts_->log.write(telemetry::Level::Info, "stopped", {{"exchanges_cut", cut}});
}

std::string Process::greeting() const {
  const http::Endpoint address{parts_->options.listen.host, port()};
  const std::string url = "http://" + to_string(address);
  std::string modules;
  for (const auto& module : parts_->assembly->modules()) {
    if (module->runs() == "absent") continue;
    modules += "    " + module->name() + ": " + std::string(module->runs()) +
               (module->service ? " (service at " + to_string(*module->service) + ")" : "") + '\n';
  }
  const std::string operators = http::is_loopback(address.host)
                                    ? "\n  open  " + url + "/_banyan/   modules and traffic, live"
                                    : "";
  return parts_->application.title + " is open.\n\n  open  " + url + "/           what this is" +
         operators + "\n  API   " + url + "/openapi.json\n\n  modules\n" + modules +
         "\n  Ctrl-C stops it.\n";
}

}  // namespace banyan::host
