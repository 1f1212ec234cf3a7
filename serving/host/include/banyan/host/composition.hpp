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
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

#include "banyan/binding/port_binding.hpp"
#include "banyan/events/event_types.hpp"
#include "banyan/host/counted.hpp"
#include "banyan/host/parties.hpp"
#include "banyan/host/witnessed.hpp"
#include "banyan/http/network_server.hpp"
#include "banyan/kernel/bindings.hpp"
#include "banyan/kernel/environment.hpp"
#include "banyan/kernel/fallback.hpp"
#include "banyan/kernel/read_model.hpp"
#include "banyan/kernel/saga_control.hpp"
#include "banyan/migrations/script.hpp"
#include "banyan/upstream/caller.hpp"

namespace banyan::sql {
class ModuleDatabase;
}

/// What banyan_add_app() generates into: one table that says which modules an executable is made
/// of, and which network library it speaks with. Build flags change these and the link line,
/// nothing else.
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
  /// Null where the process neither has the module nor is told where it runs.
  template <IsPort P>
  P* find() const {
    const auto found = ports_.find(typeid(P));
    return found == ports_.end() ? nullptr : static_cast<P*>(found->second);
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
  std::vector<std::string> parties;  ///< outside parties: "payments.provider"

  /// Events of others that it follows: "payments.payment_captured".
  std::vector<std::string> subscribes;
  /// Null when extracted, the second and third also where it follows none.
  const std::vector<events::EventType>& (*published)() = nullptr;
  const std::vector<events::Subscription>& (*subscribed)() = nullptr;
  void* (*subscriber)(const AnyPort& module) = nullptr;  ///< its `Subscriptions`
  /// What operators do about its sagas; null when extracted, and answers null where it keeps none.
  SagaControl* (*sagas)(const AnyPort& module) = nullptr;
  /// The sagas that it declares; null when extracted, and where it says none.
  std::vector<SagaOutline> (*saga_outlines)() = nullptr;

  /// Null when extracted; answers null for a module that keeps no copy of what others own.
  ReadModel* (*read_model)(const AnyPort& module) = nullptr;

  /// The module itself; empty when extracted.
  std::function<AnyPort(Ports&, Parties&, sql::ModuleDatabase&, const Environment&)> make;

  /// The module with its ledger in front, see binding::OnceByKey.
  AnyPort (*once)(const AnyPort& module, IdempotencyLedger& ledger, const Clock& clock);
  AnyPort (*in_process)(const AnyPort& module, CallObserver& observer, const Clock& clock);
  AnyPort (*remote)(binding::RpcTransport& transport, CallObserver& observer,
                    std::string_view binding, const Clock& clock);
  AnyPort (*routed)(const AnyPort& local, const AnyPort& remote, const RoutingTable& table);
  /// The routed port as other modules call it, see Witnessed. `gate` may be null.
  AnyPort (*witnessed)(const AnyPort& local, const AnyPort& remote, const RoutingTable& table,
                       CallWitness& witness, FallbackGate* gate, const Clock& clock);
  std::vector<binding::BoundOperation> (*bind)(const AnyPort& port, const Clock& clock);
  /// The port as `caller` has it, see Counted.
  AnyPort (*counted)(const AnyPort& port, std::string_view caller,
                     telemetry::CallStatistics& callers, const Clock& clock);
  void (*publish)(Ports& ports, const AnyPort& port);
  binding::PortDescription (*describe)();
};

/// Generated: the table of this executable, needed modules before those that need them.
std::vector<ModuleEntry> composition();

/// What the executable speaks HTTP with (docs/how-to/write-a-network-adapter.md).
struct Network {
  http::MakeServer listen;       ///< empty: the engine
  upstream::MakeTransport call;  ///< the services of modules; empty: the engine
};

/// Generated, from -DBANYAN_NETWORK.
Network network();

template <IsPort P>
ModuleEntry extracted(std::vector<std::string> needs) {
  ModuleEntry entry;
  entry.port = &P::port;
  entry.linkage = Linkage::Extracted;
  entry.needs = std::move(needs);
  entry.once = [](const AnyPort& module, IdempotencyLedger& ledger, const Clock& clock) -> AnyPort {
    return std::shared_ptr<P>(
        binding::PortBinding<P>::once(*static_cast<P*>(module.get()), ledger, clock));
  };
  entry.in_process = [](const AnyPort& module, CallObserver& observer,
                        const Clock& clock) -> AnyPort {
    return std::shared_ptr<P>(bind_in_process<P>(*static_cast<P*>(module.get()), observer, clock));
  };
  entry.remote = [](binding::RpcTransport& transport, CallObserver& observer, std::string_view name,
                    const Clock& clock) -> AnyPort {
    return std::shared_ptr<P>(binding::PortBinding<P>::remote(transport, observer, name, clock));
  };
  entry.routed = [](const AnyPort& local, const AnyPort& remote,
                    const RoutingTable& table) -> AnyPort {
    return std::shared_ptr<P>(
        bind_routed<P>(*static_cast<P*>(local.get()), *static_cast<P*>(remote.get()), table));
  };
  entry.witnessed = [](const AnyPort& local, const AnyPort& remote, const RoutingTable& table,
                       CallWitness& witness, FallbackGate* gate, const Clock& clock) -> AnyPort {
    return std::shared_ptr<P>(witness_calls<P>(*static_cast<P*>(local.get()),
                                               *static_cast<P*>(remote.get()),
                                               {table, witness, gate, clock}));
  };
  entry.bind = [](const AnyPort& port, const Clock& clock) {
    return binding::PortBinding<P>::bind(*static_cast<P*>(port.get()), no_observer(), clock);
  };
  entry.counted = [](const AnyPort& port, std::string_view caller,
                     telemetry::CallStatistics& callers, const Clock& clock) -> AnyPort {
    return std::shared_ptr<P>(count_calls<P>(*static_cast<P*>(port.get()), caller, callers, clock));
  };
  entry.publish = [](Ports& ports, const AnyPort& port) {
    ports.set<P>(*static_cast<P*>(port.get()));
  };
  entry.describe = &binding::PortBinding<P>::describe;
  return entry;
}

template <class Make, class... Before>
using MadeFrom = typename std::invoke_result_t<const Make&, Before..., sql::ModuleDatabase&,
                                               const Environment&>::element_type;
template <class Make>
struct MadeOf {
  using Type = MadeFrom<Make, Ports&>;
};
template <class Make>
  requires std::is_invocable_v<const Make&, Ports&, Parties&, sql::ModuleDatabase&,
                               const Environment&>
struct MadeOf<Make> {
  using Type = MadeFrom<Make, Ports&, Parties&>;
};
/// The module's own class, as its factory says it.
template <class Make>
using MadeBy = typename MadeOf<Make>::Type;

/// The entry of a module that is linked: that of one which is elsewhere, and the module itself.
/// `make(Ports&, sql::ModuleDatabase&, const Environment&) -> std::unique_ptr<P>`, of a module with
/// outside parties `make(Ports&, Parties&, sql::ModuleDatabase&, const Environment&)`. Or a pointer
/// to what has P as a base: then it may say by a static sagas() which sagas it declares.
template <IsPort P, class Make>
ModuleEntry hosted(ModuleEntry entry, Linkage linkage, std::vector<std::string> tables,
                   const std::vector<migrations::Script>& scripts, Make make) {
  entry.linkage = linkage;
  entry.tables = std::move(tables);
  entry.scripts = &scripts;
  entry.sagas = [](const AnyPort& module) {
    return dynamic_cast<SagaControl*>(static_cast<P*>(module.get()));
  };
  entry.read_model = [](const AnyPort& module) {
    return dynamic_cast<ReadModel*>(static_cast<P*>(module.get()));
  };
  using Made = MadeBy<Make>;
  if constexpr (requires { Made::sagas(); }) entry.saga_outlines = &Made::sagas;
  entry.make = [make](Ports& ports, [[maybe_unused]] Parties& parties,
                      sql::ModuleDatabase& database, const Environment& environment) -> AnyPort {
    if constexpr (std::is_invocable_v<const Make&, Ports&, Parties&, sql::ModuleDatabase&,
                                      const Environment&>) {
      return std::shared_ptr<P>(make(ports, parties, database, environment));
    } else {
      return std::shared_ptr<P>(make(ports, database, environment));
    }
  };
  return entry;
}

/// Adds what the module P follows. Its object is its `Subscriptions`, too.
template <IsPort P, class Subscriptions>
void subscribing(ModuleEntry& entry, const std::vector<events::Subscription>& (*subscribed)()) {
  entry.subscribed = subscribed;
  entry.subscriber = [](const AnyPort& module) -> void* {
    auto* const subscriber = dynamic_cast<Subscriptions*>(static_cast<P*>(module.get()));
    if (subscriber == nullptr) {
      const std::string name(P::port.name);
      throw std::logic_error("module '" + name + "' says SUBSCRIBES, and what make_" + name +
                             "() makes is no " + name +
                             "::Subscriptions. Let the class have it as a second base.");
    }
    return subscriber;
  };
}

}  // namespace banyan::host
