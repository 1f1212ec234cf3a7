// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>
#include <vector>

#include "binding/wire.hpp"
#include "kernel/bindings.hpp"
#include "kernel/environment.hpp"
#include "migrations/script.hpp"

namespace banyan::sql {
class ModuleDatabase;
}

/// What banyan_add_app() generates into: one table that says which modules an executable is made
/// of. A build flag changes this table and the link line, nothing else.
namespace banyan::host {

/// What of a module is linked into this executable.
enum class Linkage : std::uint8_t {
  Linked,     ///< the module (and its network adapter, for rehearsal and for hosting a subset)
  Routed,     ///< both, and the routing table decides call by call
  Extracted,  ///< nothing but the network adapter
};

/// The ports of an application as its modules see them, whatever binding is behind each.
class Ports {
 public:
  template <IsPort P>
  P& get() const {
    const auto found = ports_.find(typeid(P));
    if (found == ports_.end()) {
      throw std::logic_error("no binding for port " + std::string(P::port.name));
    }
    return *static_cast<P*>(found->second);
  }
  template <IsPort P>
  void set(P& port) {
    ports_[typeid(P)] = &port;
  }

 private:
  std::map<std::type_index, void*> ports_;
};

/// A port of some type, owned; only the functions of its own ModuleEntry know the type.
using AnyPort = std::shared_ptr<void>;

/// One row of the composition table.
struct ModuleEntry {
  const PortInfo* port = nullptr;
  Linkage linkage = Linkage::Linked;
  std::vector<std::string>
      needs;  ///< modules whose ports it calls; they stand earlier in the table
  std::vector<std::string> tables;                           ///< that it owns; empty when extracted
  const std::vector<migrations::Script>* scripts = nullptr;  ///< null when extracted

  /// The module itself; empty when extracted.
  std::function<AnyPort(Ports&, sql::ModuleDatabase&, const Environment&)> make;

  /// The module with its ledger in front, see binding::OnceByKey.
  AnyPort (*once)(const AnyPort& module, IdempotencyLedger& ledger);
  AnyPort (*in_process)(const AnyPort& module, CallObserver& observer);
  AnyPort (*remote)(binding::Channel& channel, CallObserver& observer, std::string_view binding);
  AnyPort (*routed)(const AnyPort& local, const AnyPort& remote, const RoutingTable& table);
  std::vector<binding::BoundOperation> (*bind)(const AnyPort& port);
  void (*publish)(Ports& ports, const AnyPort& port);
  binding::PortDescription (*describe)();
};

/// Generated: the table of this executable, needed modules before those that need them.
std::vector<ModuleEntry> composition();

template <IsPort P>
ModuleEntry extracted(std::vector<std::string> needs) {
  ModuleEntry entry;
  entry.port = &P::port;
  entry.linkage = Linkage::Extracted;
  entry.needs = std::move(needs);
  entry.once = [](const AnyPort& module, IdempotencyLedger& ledger) -> AnyPort {
    return std::shared_ptr<P>(binding::Wire<P>::once(*static_cast<P*>(module.get()), ledger));
  };
  entry.in_process = [](const AnyPort& module, CallObserver& observer) -> AnyPort {
    return std::shared_ptr<P>(bind_in_process<P>(*static_cast<P*>(module.get()), observer));
  };
  entry.remote = [](binding::Channel& channel, CallObserver& observer,
                    std::string_view name) -> AnyPort {
    return std::shared_ptr<P>(binding::Wire<P>::remote(channel, observer, name));
  };
  entry.routed = [](const AnyPort& local, const AnyPort& remote,
                    const RoutingTable& table) -> AnyPort {
    return std::shared_ptr<P>(
        bind_routed<P>(*static_cast<P*>(local.get()), *static_cast<P*>(remote.get()), table));
  };
  entry.bind = [](const AnyPort& port) {
    return binding::Wire<P>::bind(*static_cast<P*>(port.get()));
  };
  entry.publish = [](Ports& ports, const AnyPort& port) {
    ports.set<P>(*static_cast<P*>(port.get()));
  };
  entry.describe = &binding::Wire<P>::describe;
  return entry;
}

/// `make(Ports&, sql::ModuleDatabase&, const Environment&) -> std::unique_ptr<P>`.
template <IsPort P, class Make>
ModuleEntry hosted(Linkage linkage, std::vector<std::string> needs, std::vector<std::string> tables,
                   const std::vector<migrations::Script>& scripts, Make make) {
  ModuleEntry entry = extracted<P>(std::move(needs));
  entry.linkage = linkage;
  entry.tables = std::move(tables);
  entry.scripts = &scripts;
  entry.make = [make](Ports& ports, sql::ModuleDatabase& database,
                      const Environment& environment) -> AnyPort {
    return std::shared_ptr<P>(make(ports, database, environment));
  };
  return entry;
}

}  // namespace banyan::host
