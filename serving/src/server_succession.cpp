// SPDX-License-Identifier: Apache-2.0
// A successor that takes the sockets over.
#include <utility>
#include <vector>

#include "banyan/serving/restart.hpp"
#include "banyan/telemetry/contained.hpp"
#include "server_inside.hpp"

namespace banyan::serving {
succession::Offer::Parts Server::Inside::offer_parts() {
  succession::Introduction self = parts.self;
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    self.listen.push_back(bound(listeners[i], *server, i));
  }
  std::vector<http::InstanceLock*> held;
  for (http::InstanceLock& lock : parts.locks) held.push_back(&lock);
  return {.self = std::move(self),
          .server = *server,
          .locks = std::move(held),
          .rendezvous = parts.takeover ? parts.takeover->take_rendezvous() : posix::Descriptor(),
          .taken =
              [this](const succession::Introduction& successor) {
                // Nothing may keep this process from being told.
                telemetry::contain(
                    [&] {
                      log().write(telemetry::Level::Info, "taken_over",
                                  {{"version", successor.version},
                                   {"pid", std::int64_t{successor.process}}});
                    },
                    [this](std::string_view what) { fault(what); });
                taken();
              },
          .note =
              [this](std::string_view what) {
                log().write(telemetry::Level::Warning, "not_taken_over", {{"message", what}});
              },
          .patience = kRestartPatience,
          .clock = parts.clock};
}

void Server::on_taken(std::function<void()> taken) { inside_->taken = std::move(taken); }

bool Server::taken() const { return inside_->offer && inside_->offer->taken(); }

void Server::stop_being_ready() {
  if (!taken()) inside_->parts.telemetry.health.drain();
}

}  // namespace banyan::serving
