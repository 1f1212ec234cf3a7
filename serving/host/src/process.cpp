// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "assembly.hpp"
#include "banyan/http/instance_lock.hpp"
#include "banyan/http/loopback.hpp"
#include "banyan/kit_tables/kit_tables.hpp"
#include "banyan/serving/control_plane.hpp"
#include "banyan/serving/dependency.hpp"
#include "banyan/serving/file_marks.hpp"
#include "banyan/serving/reload_watch.hpp"
#include "banyan/serving/restart.hpp"
#include "banyan/serving/server.hpp"
#include "banyan/sql/database.hpp"
#include "banyan/telemetry/contained.hpp"
#include "call_evidence.hpp"
#include "call_fallback.hpp"
#include "call_telemetry.hpp"
#include "database_notices.hpp"
#include "database_setup.hpp"
#include "database_users.hpp"
#include "event_traffic.hpp"
#include "failure.hpp"
#include "greeting.hpp"
#include "housekeeping.hpp"
#include "placements.hpp"
#include "process_health.hpp"
#include "read_models.hpp"
#include "routing.hpp"
#include "saga_watch.hpp"
#include "self_description.hpp"
#include "served.hpp"
#include "service_databases.hpp"
#include "topology.hpp"
#include "work_document.hpp"
#include "work_elsewhere.hpp"
#include "work_evidence.hpp"

namespace banyan::host {
namespace {

std::filesystem::path control_file(const Options& options) {
  if (!options.control_store.empty()) return options.control_store;
  const bool file = options.database.engine == sql::Engine::Sqlite;
  return (file ? options.database.file.parent_path() : std::filesystem::path("var")) / "control.db";
}

/// From before it is read; nothing without one.
serving::FileMarks marks_of_config(const Options& options) {
  if (options.config_file.empty()) return {};
  return serving::marks_of({options.config_file});
}

std::shared_ptr<const strangler::Routing> read_routing(const Options& options) {
  auto routing = routing_of(options);
  if (!routing) throw std::runtime_error(to_string(routing.error()));
  return std::move(*routing);
}

/// What a process that follows another must have in common with it.
succession::Introduction introduction_of(const Application& application, const Options& options) {
  succession::Introduction self{application.name, application.version, {}, {}, 0};
  const bool is_file = options.database.engine == sql::Engine::Sqlite;
  self.facts["database"] =
      is_file ? serving::location_of(options.database.file) : options.database.display();
  self.facts["format of the kit's tables"] = std::to_string(kit_tables::kFormat);
  return self;
}

/// The table where nobody routes: everything stays.
class NoRouting final : public RoutingTable {
 public:
  RoutingDecision decide(std::string_view module, Effect /*effect*/,
                         std::string_view /*unit*/) const override {
    return {std::string(module), Side::Local, 0};
  }
};

Options of_application(const Application& application, Options options) {
  options.patience = application.patience;
  return options;
}

}  // namespace

struct Process::Parts {
  Parts(const Application& served_application, const std::vector<ModuleEntry>& composition,
        Network speaks_with, const Options& given)
      : application(served_application),
        table(composition),
        network(std::move(speaks_with)),
        options(of_application(served_application, given)),
        telemetry({.service = service_name(application, table, options),
                   .file = options.log_file,
                   .least = options.log_level}),
        config(marks_of_config(options)),
        routing(read_routing(options)),
        self(introduction_of(application, options)),
        begins_with(succeed()),
        scheduler(telemetry::contained(make_thread_scheduler(), background_fault())) {
    value_or_throw(telemetry.trace(routing->configuration.tracing, application.version));
    open_database();
    open_control();
    assemble();
    databases.emplace(*assembly, *database, options.event_keys, environment(), telemetry.log);
    databases->begin();
    housekeeping.emplace(*database, *assembly, options, *scheduler, telemetry.log);
    sagas.emplace(*assembly, environment(), telemetry.log);
    health.emplace(ProcessHealth::Sources{.database = *database,
                                          .assembly = *assembly,
                                          .housekeeping = *housekeeping,
                                          .sagas = *sagas,
                                          .events = *events,
                                          .read_models = *read_models,
                                          .work = ledger,
                                          .databases = *databases,
                                          .control = control.get()},
                   *scheduler, telemetry);
    serve();
  }

  telemetry::OnFault background_fault() {
    return [this](std::string_view what) { telemetry.background_fault(what); };
  }

  serving::Succession succeed() const {
    constexpr std::string_view kAdvice = "give this one another port (--port N)";
    if (!options.take_over) {
      return {std::nullopt, serving::lock_listeners(routing->configuration, kAdvice)};
    }
    return value_or_throw(serving::take_over(
        self, routing->configuration,
        [this](const succession::Introduction& /*running*/) {
          return may_set_up_beside_another(application, table, options);
        },
        kAdvice, telemetry.log));
  }

  void open_database() {
    made_for_a_service = is_service_without_a_file(options);
    tell_of_a_password_that_is_seen(options, telemetry.log);
    set_up_database(application, table, options, telemetry.log);
    database = sql::Database::open(options.database, {.application = application.name,
                                                      .on_fault = background_fault(),
                                                      .on_replaced = [this](const auto& problem) {
                                                        tell_of_another_file(options, problem,
                                                                             telemetry.log);
                                                      }});
    if (options.database.engine == sql::Engine::Sqlite) {
      statements.emplace(*database, *scheduler, telemetry.log);
    }
    tell_of_others_on_the_database();
    if (made_for_a_service) tell_of_a_new_database(options, telemetry.log);
  }

  // Services of modules share it, and whoever is taken over. Another application is told of.
  void tell_of_others_on_the_database() {
    const bool is_file = options.database.engine == sql::Engine::Sqlite;
    if (!is_file || options.trust == binding::Trust::Internal) return;
    users.emplace(options.database.file);
    if (users->found_another() && !begins_with.takeover) {
      tell_of_a_shared_database(options, telemetry.log);
    }
  }

  // A process that others of the application call (a service) shifts nobody's traffic.
  void open_control() {
    if (options.trust == binding::Trust::Internal) return;
    // A folder that somebody has named is theirs to make: a mistyped one is to be seen.
    const std::filesystem::path folder = control_file(options).parent_path();
    if (options.control_store.empty() && !folder.empty()) {
      std::filesystem::create_directories(folder);
    }
    std::vector<std::string> names = routing->configuration.rollout_names();
    for (const ModuleEntry& entry : table) names.emplace_back(entry.port->name);
    work.emplace(control_file(options).string() + ".lanes", system_clock(), telemetry.log, &ledger);
    control = value_or_throw(serving::ControlPlane::open(
        {.store = control_file(options).string(),
         .config_file = options.config_file,
         .moved = moved_module(table, *database),
         .clock = system_clock(),
         .rollouts = std::move(names),
         .survey = [this](std::string_view module) { return topology(module); },
         .steps = [this](std::string_view module) { return server->steps(module); },
         .tunnels = [this](std::string_view module) { return server->tunnels(module); },
         .missed = [this](std::string_view module) { return server->missed(module); },
         .new_side_writes =
             [this](std::string_view module) { return server->new_side_writes(module); },
         .unowned = [this] { return server->unowned(); },
         .testers = [this](std::string_view module) { return server->testers(module); },
         .fallbacks = [this](std::string_view module) { return server->fallbacks(module); },
         .preflight = [this](std::string_view module) { return why_not_fit(module); },
         .operations =
             [this](std::string_view module) { return server->judged_operations(module); },
         .judged_side = [this](std::string_view module) { return server->judged_side(module); },
         .plan_of = [this](std::string_view module) { return server->plan(module); },
         .epoch_of = [this](std::string_view module) { return epoch_of(module, *database); },
         .work = &*work},
        *scheduler, telemetry));
  }

  std::optional<std::string> why_not_fit(std::string_view module) {
    if (auto why = server->preflight(module)) return why;
    return databases ? databases->why_apart(module) : std::nullopt;
  }

  strangler::Topology topology(std::string_view name) const {
    const HostedModule* module = assembly ? assembly->find(name) : nullptr;
    if (module == nullptr) return topology_of(name, *server);
    strangler::Topology sides = topology_of(*module, *database);
    if (databases && databases->found_apart(name)) sides.old_side_sees_writes = false;
    return sides;
  }

  const RoutingTable& decisions() const {
    return control ? static_cast<const RoutingTable&>(control->stages()) : no_routing;
  }

  Assembly::Services services() const {
    Assembly::Services all;
    for (const auto& [module, endpoint] : options.at) {
      auto group =
          serving::dependency_group(module, {endpoint}, routing->configuration, options.config_file,
                                    system_clock(), serving::logs_health(telemetry.log));
      if (!group) throw std::runtime_error(to_string(group.error()));
      all.emplace(module, std::move(*group));
    }
    return all;
  }

  Environment environment() {
    return {system_clock(), system_random(), *scheduler, telemetry.tracer()};
  }

  std::vector<Party> watched_parties() {
    std::vector<Party> all = application.parties;
    for (Party& party : all) {
      party.make = [this, make = party.make](const OwnParts& own) {
        OwnParts watched = own;
        watched.health = &telemetry.health;
        return make(watched);
      };
    }
    return all;
  }

  void assemble() {
    const auto connect = [this](const ModuleEntry& entry) {
      const std::string name(entry.port->name);
      std::vector<sql::BoundaryViolation> violations;
      for (const AllowedViolation& violation : application.violations) {
        if (violation.module == name) violations.push_back({violation.table, violation.reason});
      }
      return database->connect(name, entry.tables, violations);
    };
    if (control) {
      evidence.emplace(
          CallEvidence::Parts{control->evidence(), control->stages(), control->conductor()}, table);
      fallback.emplace(*evidence, telemetry.log, system_clock(), background_fault());
    }
    assembly.emplace(
        table, options, connect, environment(), calls, decisions(), services(), network.call,
        watched_parties(),
        CallWatch{.witness = evidence ? &*evidence : nullptr,
                  .gate = fallback ? &*fallback : nullptr,
                  .work = &ledger,
                  .on_fault = [this](std::string_view what) { telemetry.background_fault(what); }});
    events.emplace(application.name, *assembly, connect, environment(), telemetry.log,
                   options.event_keys, work ? &*work : nullptr);
    if (work) work->begin();
    events->start();
    if (work) {
      work->keep_judging(*scheduler);
      elsewhere.emplace(*assembly, ledger, options.event_keys, environment(), telemetry.log);
      elsewhere->begin();
    }
    read_models.emplace(*assembly, *events, environment(), telemetry.log);
  }

  // Their pages are where clients are only when nobody else can come.
  bool operators_here() const {
    const strangler::Configuration& made = routing->configuration;
    return !made.operators &&
           std::ranges::all_of(made.listen, [](const strangler::ListenPoint& point) {
             return http::is_loopback(point.address.host);
           });
  }

  strangler::TrustedPeers trusted_peers() const {
    auto peers = strangler::TrustedPeers::parse(routing->configuration.trusted_peers);
    if (!peers) throw std::runtime_error("trusted_peers: " + peers.error());
    return std::move(*peers);
  }

  void serve() {
    std::vector<serving::Endpoint> own;
    if (application.make_endpoints) {
      own = application.make_endpoints(assembly->ports(),
                                       {.options = options.own,
                                        .environment = environment(),
                                        .folder = control_file(options).parent_path(),
                                        .internal = options.trust == binding::Trust::Internal});
    }
    served = served_by(application, *assembly, options, *database, telemetry.service, telemetry.log,
                       operators_here(), std::move(own));
    served.documents.push_back(
        {"placements", [this] { return placements_json(*assembly, *database); }});
    served.documents.push_back({"events", [this] { return events->json(); }});
    served.documents.push_back(
        {"work", [this] { return work_json(ledger, work ? &*work : nullptr); }});
    served.documents.push_back({"read-models", [this] { return read_models->json(); }});
    served.desks.push_back({"read-models", [this](const strangler::AdminRequest& request) {
                              return read_models->answer(request);
                            }});
    if (has_callers_inside(options)) serve_inside();
    auto made = serving::Server::make({.settings = {.config_file = options.config_file,
                                                    .overlay = overlay_of(options),
                                                    .check = problems_beside_options,
                                                    .loops = options.loops,
                                                    .trusted_peers = trusted_peers()},
                                       .routing = routing,
                                       .served = served,
                                       .telemetry = telemetry,
                                       .table = decisions(),
                                       .control = control.get(),
                                       .clock = system_clock(),
                                       .self = self,
                                       .takeover = std::move(begins_with.takeover),
                                       .locks = std::move(begins_with.locks),
                                       .make_server = network.listen});
    if (!made) throw std::runtime_error(to_string(made.error()));
    server = std::move(*made);
    server->on_taken(serving::tell_of_successor);
    server->prepare();
    if (!config.empty()) {
      watch.emplace(config, serving::reader_of(*server),
                    [this](std::string_view what) { telemetry.fault(what); });
    }
    if (fallback) fallback->begin(*server);
  }

  // Only other processes of the application may tell a module what has happened.
  void serve_inside() {
    for (auto endpoints :
         {events->endpoints(), read_models->endpoints(),
          work_endpoints(*assembly, ledger, options.event_keys, environment()),
          database_endpoints(*assembly, *database, options.event_keys, environment())}) {
      for (serving::Endpoint& each : endpoints) {
        each.audience = Audience::Internal;
        served.endpoints.push_back(std::move(each));
      }
    }
  }

  // In the order of making; the destructor goes the other way.
  const Application& application;
  const std::vector<ModuleEntry>& table;
  const Network network;
  const Options options;
  serving::Telemetry telemetry;
  const serving::FileMarks config;
  std::shared_ptr<const strangler::Routing> routing;
  succession::Introduction self;
  serving::Succession begins_with;
  std::unique_ptr<Scheduler> scheduler;
  std::unique_ptr<sql::Database> database;
  std::optional<DatabaseUsers> users;
  std::optional<StatementRecorder> statements;
  NoRouting no_routing;
  WorkLedger ledger{system_clock()};
  std::optional<WorkEvidence> work;
  std::unique_ptr<serving::ControlPlane> control;
  CallTelemetry calls{telemetry.metrics, telemetry.log, system_clock(), background_fault()};
  std::optional<CallEvidence> evidence;
  std::optional<CallFallback> fallback;
  std::optional<Assembly> assembly;
  std::optional<EventTraffic> events;
  std::optional<WorkElsewhere> elsewhere;
  std::optional<ServiceDatabases> databases;
  std::optional<ReadModels> read_models;
  std::optional<Housekeeping> housekeeping;
  std::optional<SagaWatch> sagas;
  std::optional<ProcessHealth> health;
  serving::Served served;
  std::unique_ptr<serving::Server> server;
  std::optional<serving::ReloadWatch> watch;  ///< of the file, where there is one
  bool made_for_a_service = false;            ///< the database
  bool drained = false;
};

Process::Process(const Application& application, const std::vector<ModuleEntry>& table,
                 Network network, const Options& options)
    : parts_(std::make_unique<Parts>(application, table, std::move(network), options)) {}

Process::~Process() { drain(); }

std::uint16_t Process::port() const {
  return address_for_clients(parts_->server->addresses()).endpoint.port;
}

void Process::open() { parts_->server->open(); }

void Process::let_predecessor_end() noexcept { parts_->server->let_predecessor_end(); }

bool Process::taken() const { return parts_->server->taken(); }

void Process::fault(std::string_view what) const { parts_->telemetry.fault(what); }

void Process::reload() {
  parts_->server->reopen_logs();
  if (!parts_->watch) return;
  telemetry::contain([this] { parts_->watch->reload(); },
                     [this](std::string_view what) { fault(what); });
}

void Process::drain() {
  if (std::exchange(parts_->drained, true)) return;
  parts_->watch.reset();  // whoever ends reads nothing any more
  const std::size_t cut = parts_->server->drain();
  parts_->read_models->stop();
  parts_->events->stop();
  if (parts_->elsewhere) parts_->elsewhere->stop();
  parts_->databases->stop();
  if (parts_->work) parts_->work->end();
  parts_->assembly->finish();
  if (parts_->fallback) parts_->fallback->end();
  parts_->telemetry.log.write(telemetry::Level::Info, "stopped", {{"exchanges_cut", cut}});
}

std::string Process::greeting() const {
  std::string text = greeting_of(parts_->application, *parts_->assembly, parts_->served,
                                 parts_->server->addresses());
  if (parts_->made_for_a_service) {
    text += "\n  A new database, with nothing in it: " +
            serving::location_of(parts_->options.database.file) +
            "\n  If it is to work on the application's, start it with --database FILE.\n";
  }
  return text;
}

}  // namespace banyan::host
