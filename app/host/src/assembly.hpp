// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "binding/http_channel.hpp"
#include "binding/loopback_channel.hpp"
#include "binding/module_workers.hpp"
#include "binding/operation_table.hpp"
#include "host/composition.hpp"
#include "options.hpp"
#include "sql/module_database.hpp"

namespace banyan::host {

/// One module as this process has it: its implementation, the bindings around it, its workers.
/// Declared in the order in which they are made; they go in the reverse order.
struct HostedModule {
  const ModuleEntry* entry = nullptr;
  bool here = false;                      ///< the implementation is in this process
  bool rehearsed = false;                 ///< and all its callers cross the whole wire
  std::optional<http::Endpoint> service;  ///< where else it runs

  std::optional<sql::ModuleDatabase> database;
  AnyPort implementation;
  AnyPort once;  ///< the implementation with its ledger in front
  AnyPort in_process;
  std::unique_ptr<binding::OperationTable> rehearsal_table;
  // After the table: calls that nobody waits for any more are in it until these have ended.
  std::unique_ptr<binding::ModuleWorkers> rehearsal_workers;
  std::unique_ptr<binding::LoopbackChannel> loopback;
  std::unique_ptr<binding::HttpChannel> channel;
  AnyPort rehearsal;
  AnyPort remote;
  AnyPort routed;
  std::unique_ptr<binding::ModuleWorkers> workers;  ///< for requests that come over the network

  std::string name() const { return std::string(entry->port->name); }
  /// The binding that callers and the edge use when the module here answers.
  const AnyPort& local() const { return rehearsed ? rehearsal : in_process; }
  /// "in_process", "rehearsal", "routed", "remote"; "absent" when nobody here needs it.
  std::string_view runs() const;
};

/// The modules of the process with all their bindings, in the order of the composition table.
class Assembly {
 public:
  using Connect = std::function<sql::ModuleDatabase(const ModuleEntry&)>;

  /// References must outlive the assembly. `options` must be free of problems_of().
  Assembly(const std::vector<ModuleEntry>& table, const Options& options, const Connect& connect,
           const Environment& environment, CallObserver& observer, const RoutingTable& routing);
  ~Assembly();
  Assembly(const Assembly&) = delete;
  Assembly& operator=(const Assembly&) = delete;

  /// Runs what the workers still have to do and ends them; no request may come in any more.
  void finish();

  const std::vector<std::unique_ptr<HostedModule>>& modules() const { return modules_; }
  const HostedModule* find(std::string_view name) const;

 private:
  void add(const ModuleEntry& entry, const Options& options, const Connect& connect,
           const Environment& environment, CallObserver& observer, const RoutingTable& routing);

  Ports ports_;
  std::vector<std::unique_ptr<HostedModule>> modules_;
};

}  // namespace banyan::host
