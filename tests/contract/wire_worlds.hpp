// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "banyan/binding/http_transport.hpp"
#include "banyan/binding/loopback_transport.hpp"
#include "banyan/binding/operation_table.hpp"
#include "banyan/binding/port_binding.hpp"
#include "banyan/http/server.hpp"
#include "banyan/kernel/executor.hpp"
#include "contract/port_under_test.hpp"

/// The bindings with a wire, for the same bodies: rehearsal (all of the wire but the network),
/// loopback HTTP (a server in this process), and a service in a process of its own.
namespace banyan::contract {

/// What a port needs to be reached through a transport, kept together.
template <class P>
class WireWorld final : public PortWorld<P> {
 public:
  /// `open` makes the transport to the operations of the bare port.
  template <class Open>
  WireWorld(std::unique_ptr<PortWorld<P>> inner, std::string_view binding, Open open)
      : inner_(std::move(inner)),
        local_(bind_in_process(inner_->port(), no_observer(), system_clock())),
        table_(binding::PortBinding<P>::bind(*local_, no_observer(), system_clock())),
        transport_(open(table_)),
        remote_(
            binding::PortBinding<P>::remote(*transport_, no_observer(), binding, system_clock())) {}
  P& port() override { return *remote_; }

 private:
  std::unique_ptr<PortWorld<P>> inner_;
  std::unique_ptr<P> local_;
  binding::OperationTable table_;
  std::unique_ptr<binding::RpcTransport> transport_;
  std::unique_ptr<P> remote_;
};

template <class P>
PortUnderTest<P> rehearsed(PortUnderTest<P> port) {
  return {"rehearsal_" + port.name, [port] {
            return std::make_unique<WireWorld<P>>(port.make(), "rehearsal", [](const auto& table) {
              return std::make_unique<binding::LoopbackTransport>(table, system_clock(),
                                                                  system_random());
            });
          }};
}

/// The network adapters of the kit.
enum class Network : std::uint8_t { Engine, Poco };

/// A transport to an HTTP server on loopback that answers the operations of the table.
std::unique_ptr<binding::RpcTransport> serve_on_loopback(const binding::OperationTable& table,
                                                         Network network);

template <class P>
PortUnderTest<P> over(Network network, PortUnderTest<P> port) {
  return {(network == Network::Poco ? "poco_" : "http_") + port.name, [port, network] {
            return std::make_unique<WireWorld<P>>(
                port.make(), "remote",
                [network](const auto& table) { return serve_on_loopback(table, network); });
          }};
}
template <class P>
PortUnderTest<P> over_http(PortUnderTest<P> port) {
  return over(Network::Engine, std::move(port));
}
template <class P>
PortUnderTest<P> over_poco(PortUnderTest<P> port) {
  return over(Network::Poco, std::move(port));
}

/// The sample shop in a database file, and real service processes on it.
class ServiceProcesses {
 public:
  ServiceProcesses();
  ~ServiceProcesses();
  /// Starts recordshop-<module>, after those that it needs. Where it listens.
  http::Endpoint start(const std::string& module, const std::vector<std::string>& needs);
  /// Starts the whole application in one process on the same database.
  http::Endpoint start_monolith();

 private:
  http::Endpoint launch(const std::string& program, std::vector<std::string> options);

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

template <class P>
class ProcessWorld final : public PortWorld<P> {
 public:
  explicit ProcessWorld(
      const std::vector<std::pair<std::string, std::vector<std::string>>>& services) {
    http::Endpoint last;
    for (const auto& [module, needs] : services) last = processes_.start(module, needs);
    transport_ = binding::make_http_transport(last, std::string(P::port.name), {}, system_clock());
    remote_ = binding::PortBinding<P>::remote(*transport_, no_observer(), "remote", system_clock());
  }
  P& port() override { return *remote_; }

 private:
  ServiceProcesses processes_;
  std::unique_ptr<binding::HttpTransport> transport_;
  std::unique_ptr<P> remote_;
};

/// `services`, the last of which is the port's own, each with those that it needs.
template <class P>
PortUnderTest<P> in_own_process(
    std::vector<std::pair<std::string, std::vector<std::string>>> services) {
  return {"process",
          [services = std::move(services)] { return std::make_unique<ProcessWorld<P>>(services); }};
}

}  // namespace banyan::contract
