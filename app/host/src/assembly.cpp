// SPDX-License-Identifier: Apache-2.0
#include "assembly.hpp"

#include <algorithm>
#include <utility>

namespace banyan::host {

std::string_view HostedModule::runs() const {
  if (routed) return "routed";
  if (here) return rehearsed ? "rehearsal" : "in_process";
  return remote ? "remote" : "absent";
}

Assembly::Assembly(const std::vector<ModuleEntry>& table, const Options& options,
                   const Connect& connect, const Environment& environment, CallObserver& observer,
                   const RoutingTable& routing) {
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
    module->channel = binding::make_http_channel(
        *module->service, {.dependency = name, .timeout = options.call_timeout}, environment.clock);
    module->remote = entry.remote(*module->channel, observer, "remote");
  }
  if (module->here) {
    module->database.emplace(connect(entry));
    module->implementation = entry.make(ports_, *module->database, environment);
    module->once = entry.once(module->implementation, module->database->ledger());
    module->in_process = entry.in_process(module->once, observer);
    module->workers = std::make_unique<binding::ModuleWorkers>(options.workers, options.queue);
    if (module->rehearsed) {
      module->rehearsal_table =
          std::make_unique<binding::OperationTable>(entry.bind(module->in_process));
      module->rehearsal_workers =
          std::make_unique<binding::ModuleWorkers>(options.workers, options.queue);
      module->loopback = std::make_unique<binding::LoopbackChannel>(
          *module->rehearsal_table, *module->rehearsal_workers, environment.clock,
          environment.random);
      module->rehearsal = entry.remote(*module->loopback, observer, "rehearsal");
    }
    if (module->remote) {
      module->routed = entry.routed(module->local(), module->remote, routing);
    }
  }
  const AnyPort& used = module->routed ? module->routed
                        : module->here ? module->local()
                                       : module->remote;
  if (used) entry.publish(ports_, used);
  modules_.push_back(std::move(module));
}

const HostedModule* Assembly::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      modules_, [&](const auto& module) { return module->entry->port->name == name; });
  return found == modules_.end() ? nullptr : found->get();
}

}  // namespace banyan::host
