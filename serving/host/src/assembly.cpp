// SPDX-License-Identifier: Apache-2.0
#include "assembly.hpp"

#include <algorithm>
#include <utility>

#include "work_ledger.hpp"

namespace banyan::host {

bool HostedModule::keeps_sagas() const {
  return here && std::ranges::count(entry->tables, name() + "_sagas") != 0;
}

std::string_view HostedModule::runs() const {
  if (routed) return "routed";
  if (here) return rehearsed ? "rehearsal" : "in_process";
  return remote ? "remote" : "absent";
}

Assembly::Assembly(const std::vector<ModuleEntry>& table, const Options& options,
                   const Connect& connect, const Environment& environment, CallObserver& observer,
                   const RoutingTable& routing, Services services, upstream::MakeTransport call,
                   std::vector<Party> outside, CallWatch watch)
    : services_(std::move(services)),
      call_(std::move(call)),
      outside_(std::move(outside)),
      watch_(watch) {
  if (!options.at.empty() && !call_) loops_ = std::make_shared<http::Loops>();
  for (const ModuleEntry& entry : table) {
    add(entry, options, connect, environment, observer, routing);
  }
}

// Those that need others go first.
Assembly::~Assembly() {
  while (!modules_.empty()) modules_.pop_back();
}

void Assembly::finish() {
  for (const auto& module : modules_) module->workers.reset();
}

std::unique_ptr<binding::HttpTransport> Assembly::transport_to(const std::string& module,
                                                               const http::Endpoint& service,
                                                               const Options& options,
                                                               const Clock& clock) {
  const auto known = services_.find(module);
  auto group = known != services_.end() ? known->second
                                        : std::make_shared<upstream::Group>(
                                              binding::dependency_on(module, {service}), clock);
  const auto patience = options.patience.find(module);
  const binding::HttpTransportOptions times{
      .timeout = patience == options.patience.end()
                     ? options.call_timeout
                     : std::max(options.call_timeout, patience->second)};
  if (!call_) return std::make_unique<binding::HttpTransport>(group, loops_, times, clock);
  return std::make_unique<binding::HttpTransport>(group, call_(group), times, clock);
}

void Assembly::make_parties(const ModuleEntry& entry, const OwnParts& own) {
  for (const std::string& name : entry.parties) {
    const auto found = std::ranges::find(outside_, name, &Party::name);
    if (found == outside_.end()) {
      throw std::logic_error("module " + std::string(entry.port->name) +
                             " works with the outside party " + name +
                             ", and nobody says who that is: add it to Application::parties");
    }
    parties_.add(found->type, found->make(own));
  }
}

void Assembly::lend_ports(HostedModule& to, const Clock& clock) {
  for (const auto& other : modules_) {
    const AnyPort& used = other->used();
    if (!used) continue;
    other->entry->publish(
        to.ports, to.counted.emplace_back(other->entry->counted(used, to.name(), callers_, clock)));
  }
}

std::vector<telemetry::CallStatistics::Row> Assembly::callers_of(std::string_view module) const {
  std::vector<telemetry::CallStatistics::Row> rows = callers_.read();
  std::erase_if(rows, [&](const auto& row) { return row.key.module != module; });
  return rows;
}

void Assembly::add(const ModuleEntry& entry, const Options& options, const Connect& connect,
                   const Environment& environment, CallObserver& observer,
                   const RoutingTable& routing) {
  auto module = std::make_unique<HostedModule>();
  module->entry = &entry;
  const std::string name = module->name();
  module->here = entry.linkage != Linkage::Extracted &&
                 (options.modules.empty() || std::ranges::count(options.modules, name) > 0);
  module->rehearsed = std::ranges::count(options.rehearse, name) > 0;

  if (const auto service = options.at.find(name); service != options.at.end()) {
    module->service = service->second;
    module->transport = transport_to(name, *module->service, options, environment.clock);
    module->remote = entry.remote(*module->transport, observer, "remote", environment.clock);
  }
  if (module->here) {
    module->database.emplace(connect(entry));
    module->events = events::make_sql_events(
        *module->database,
        entry.published != nullptr ? entry.published() : std::vector<events::EventType>{},
        environment);
    make_parties(entry, {options.own, environment});
    lend_ports(*module, environment.clock);
    module->environment.emplace(environment);
    if (watch_.work != nullptr) module->environment->work = &watch_.work->of(name);
    module->implementation =
        entry.make(module->ports, parties_, *module->database, *module->environment);
    module->once =
        entry.once(module->implementation, module->database->ledger(), environment.clock);
    module->in_process = entry.in_process(module->once, observer, environment.clock);
    module->workers =
        std::make_unique<binding::ModuleWorkers>(options.workers, options.queue, watch_.on_fault);
    if (module->rehearsed) {
      module->rehearsal_table = std::make_unique<binding::OperationTable>(
          entry.bind(module->in_process, environment.clock));
      module->rehearsal_workers =
          std::make_unique<binding::ModuleWorkers>(options.workers, options.queue, watch_.on_fault);
      module->loopback = std::make_unique<binding::LoopbackTransport>(
          *module->rehearsal_table, *module->rehearsal_workers, environment.clock,
          environment.random);
      module->rehearsal = entry.remote(*module->loopback, observer, "rehearsal", environment.clock);
    }
    if (module->remote) {
      module->routed = entry.routed(module->local(), module->remote, routing);
      if (watch_.witness != nullptr) {
        module->witnessed = entry.witnessed(module->local(), module->remote, routing,
                                            *watch_.witness, watch_.gate, environment.clock);
      }
    }
  }
  if (const AnyPort& used = module->used()) {
    entry.publish(
        ports_, counted_.emplace_back(entry.counted(used, kOwnPages, callers_, environment.clock)));
  }
  modules_.push_back(std::move(module));
}

const HostedModule* Assembly::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      modules_, [&](const auto& module) { return module->entry->port->name == name; });
  return found == modules_.end() ? nullptr : found->get();
}

}  // namespace banyan::host
