// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "banyan/binding/http_transport.hpp"
#include "banyan/binding/loopback_transport.hpp"
#include "banyan/binding/module_workers.hpp"
#include "banyan/binding/operation_table.hpp"
#include "banyan/events/module_events.hpp"
#include "banyan/host/composition.hpp"
#include "banyan/host/parties.hpp"
#include "banyan/http/endpoint.hpp"
#include "banyan/http/loopback.hpp"
#include "banyan/sql/data_source.hpp"
#include "banyan/sql/module_database.hpp"
#include "banyan/telemetry/call_statistics.hpp"
#include "options.hpp"

namespace banyan::host {

class WorkLedger;

/// One module as this process has it: its implementation, the bindings around it, its workers.
/// Declared in the order in which they are made; they go in the reverse order.
struct HostedModule {
  const ModuleEntry* entry = nullptr;
  bool here = false;                      ///< the implementation is in this process
  bool rehearsed = false;                 ///< and all its callers cross the whole wire
  std::optional<http::Endpoint> service;  ///< where else it runs

  std::optional<sql::ModuleDatabase> database;
  std::optional<Environment> environment;        ///< as the module has it
  std::shared_ptr<events::ModuleEvents> events;  ///< what it publishes and has handled
  Ports ports;                                   ///< of the others, as it calls them
  std::vector<AnyPort> counted;                  ///< what is in them
  AnyPort implementation;
  AnyPort once;  ///< the implementation with its ledger in front
  AnyPort in_process;
  std::unique_ptr<binding::OperationTable> rehearsal_table;
  // After the table: calls that nobody waits for any more are in it until these have ended.
  std::unique_ptr<binding::ModuleWorkers> rehearsal_workers;
  std::unique_ptr<binding::LoopbackTransport> loopback;
  std::unique_ptr<binding::HttpTransport> transport;
  AnyPort rehearsal;
  AnyPort remote;
  AnyPort routed;
  AnyPort witnessed;  ///< the same, as other modules have it; empty: nobody is told of their calls
  std::unique_ptr<binding::ModuleWorkers> workers;  ///< for requests that come over the network

  std::string name() const { return std::string(entry->port->name); }
  /// The binding that callers and the edge use when the module here answers.
  const AnyPort& local() const { return rehearsed ? rehearsal : in_process; }
  /// What its callers have: as the routing table says, here, or its service; empty when absent.
  const AnyPort& used() const {
    return witnessed ? witnessed : routed ? routed : here ? local() : remote;
  }
  /// Whether the service can open the same tables: from another host it cannot open a file, and can
  /// a server's database.
  bool both_reach_data(sql::Engine engine) const {
    return engine != sql::Engine::Sqlite || !service || http::is_unix(*service) ||
           http::is_loopback(service->host);
  }
  /// Whether its sagas are in tables of its own, which this process reads: said in its declaration.
  bool keeps_sagas() const;
  /// "in_process", "rehearsal", "routed", "remote"; "absent" when nobody here needs it.
  std::string_view runs() const;
};

/// Who sees how calls of routed modules end that other modules, pages and sagas make, and what
/// modules do by themselves.
struct CallWatch {
  CallWitness* witness = nullptr;  ///< null: nobody, and no module answers in place of its service
  FallbackGate* gate = nullptr;    ///< says whether one may; null: none does
  WorkLedger* work = nullptr;      ///< counts what their workers do; null: nobody
  OnTaskFault on_fault = {};       ///< of what leaves an operation's task on their threads
};

/// The modules of the process with all their bindings, in the order of the composition table.
class Assembly {
 public:
  using Connect = std::function<sql::ModuleDatabase(const ModuleEntry&)>;

  /// By module: how its service is called. One that is not here is called as
  /// binding::dependency_on() has it.
  using Services = std::map<std::string, std::shared_ptr<upstream::Group>>;

  /// References must outlive the assembly. `options` must be free of problems_of(). `call`: what
  /// services are called with; empty: the engine. `outside`: how the parties of the modules are
  /// made. `watch`: who sees the calls of routed modules between modules, and what modules do by
  /// themselves.
  Assembly(const std::vector<ModuleEntry>& table, const Options& options, const Connect& connect,
           const Environment& environment, CallObserver& observer, const RoutingTable& routing,
           Services services = {}, upstream::MakeTransport call = {},
           std::vector<Party> outside = {}, CallWatch watch = {});
  ~Assembly();
  Assembly(const Assembly&) = delete;
  Assembly& operator=(const Assembly&) = delete;

  /// Runs what the workers still have to do and ends them; no request may come in any more.
  void finish();

  const std::vector<std::unique_ptr<HostedModule>>& modules() const { return modules_; }
  const HostedModule* find(std::string_view name) const;
  /// As the application's own pages call them.
  const Ports& ports() const { return ports_; }
  /// Who called which operation of a module in this process so far; the caller is the `way`, of
  /// the application's own pages kOwnPages.
  std::vector<telemetry::CallStatistics::Row> callers_of(std::string_view module) const;
  static constexpr std::string_view kOwnPages = "pages";

 private:
  void add(const ModuleEntry& entry, const Options& options, const Connect& connect,
           const Environment& environment, CallObserver& observer, const RoutingTable& routing);
  std::unique_ptr<binding::HttpTransport> transport_to(const std::string& module,
                                                       const http::Endpoint& service,
                                                       const Options& options, const Clock& clock);

  void make_parties(const ModuleEntry& entry, const OwnParts& own);
  /// The modules so far, for one more that may call them.
  void lend_ports(HostedModule& to, const Clock& clock);

  Services services_;
  const upstream::MakeTransport call_;
  std::shared_ptr<http::Loops> loops_;  ///< of all transports
  const std::vector<Party> outside_;
  const CallWatch watch_;
  Parties parties_;
  telemetry::CallStatistics callers_;
  Ports ports_;
  std::vector<AnyPort> counted_;  ///< what is in them
  std::vector<std::unique_ptr<HostedModule>> modules_;
};

}  // namespace banyan::host
