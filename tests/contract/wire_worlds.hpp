// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/http_channel.hpp"
#include "binding/loopback_channel.hpp"
#include "binding/operation_table.hpp"
#include "binding/wire.hpp"
#include "contract/port_under_test.hpp"
#include "http/server.hpp"
#include "kernel/executor.hpp"

/// The bindings with a wire, for the same bodies: rehearsal (all of the wire but the network),
/// loopback HTTP (a server in this process), and a service in a process of its own.
namespace banyan::contract {

/// What a port needs to be reached through a channel, kept together.
template <class P>
class WireWorld final : public PortWorld<P> {
 public:
  /// `open` makes the channel to the operations of the bare port.
  template <class Open>
  WireWorld(std::unique_ptr<PortWorld<P>> inner, std::string_view binding, Open open)
      : inner_(std::move(inner)),
        local_(bind_in_process(inner_->port(), no_observer())),
        table_(binding::Wire<P>::bind(*local_)),
        channel_(open(table_)),
        remote_(binding::Wire<P>::remote(*channel_, no_observer(), binding)) {}
  P& port() override { return *remote_; }

 private:
  std::unique_ptr<PortWorld<P>> inner_;
  std::unique_ptr<P> local_;
  binding::OperationTable table_;
  std::unique_ptr<binding::Channel> channel_;
  std::unique_ptr<P> remote_;
};

template <class P>
PortUnderTest<P> rehearsed(PortUnderTest<P> port) {
  return {"rehearsal_" + port.name, [port] {
            return std::make_unique<WireWorld<P>>(port.make(), "rehearsal", [](const auto& table) {
              return std::make_unique<binding::LoopbackChannel>(table);
            });
          }};
}

/// A channel to an HTTP server on loopback that answers the operations of the table.
std::unique_ptr<binding::Channel> serve_on_loopback(const binding::OperationTable& table);

template <class P>
PortUnderTest<P> over_http(PortUnderTest<P> port) {
  return {"http_" + port.name, [port] {
            return std::make_unique<WireWorld<P>>(
                port.make(), "remote", [](const auto& table) { return serve_on_loopback(table); });
          }};
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
    channel_ = binding::make_http_channel(last, {.dependency = std::string(P::port.name)});
    remote_ = binding::Wire<P>::remote(*channel_, no_observer(), "remote");
  }
  P& port() override { return *remote_; }

 private:
  ServiceProcesses processes_;
  std::unique_ptr<binding::HttpChannel> channel_;
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
