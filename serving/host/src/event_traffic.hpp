// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "assembly.hpp"
#include "banyan/events/receiver.hpp"
#include "banyan/events/relay.hpp"
#include "banyan/security/webhook_keys.hpp"
#include "banyan/serving/served.hpp"
#include "banyan/telemetry/log.hpp"
#include "banyan/telemetry/metric.hpp"
#include "work_evidence.hpp"

namespace banyan::host {

/// The events of this process. A module here that follows others gets them from their logs, whoever
/// hosts those, as long as they lie in this process's database; where a follower runs elsewhere,
/// and is known to, a module here pushes to it over HTTP. Where both is possible, the leases of the
/// log see to it that only one does.
class EventTraffic {
 public:
  /// All must outlive it. `connect` is how tables are reached, also those of modules elsewhere;
  /// `keys` are those that the processes of the application share, if they do. `lanes` is told
  /// what becomes of what is brought to followers; null: nobody judges that.
  EventTraffic(const std::string& application, const Assembly& assembly,
               const Assembly::Connect& connect, const Environment& environment,
               const telemetry::Log& log, std::optional<security::WebhookKeys> keys,
               WorkEvidence* lanes = nullptr);
  ~EventTraffic();
  EventTraffic(const EventTraffic&) = delete;
  EventTraffic& operator=(const EventTraffic&) = delete;

  /// Registers who follows whom, and sends from now on.
  void start();
  /// Ends when what is under way has been handled.
  void stop();

  /// Where other processes push events to, for modules here.
  std::vector<serving::Endpoint> endpoints() const;

  /// A follower that has all that a module had published until then.
  struct Complete {
    std::string source;
    std::string follower;
    Timestamp until;
  };
  /// By what the logs say that are read here. Asks their databases; a log that cannot be read now
  /// says nothing, and keeps no other from it.
  std::vector<Complete> complete() const;

  /// Those that the processes of the application share, if they do.
  const std::optional<security::WebhookKeys>& keys() const { return keys_; }

  /// For operators: what is sent to whom, and how far that is. Both ask the database.
  std::vector<telemetry::Sample> samples() const;
  std::string json() const;

 private:
  void receive(const HostedModule& module, const Environment& environment);
  void relay(const std::string& application, const HostedModule& source, const Assembly& assembly,
             const Assembly::Connect& connect, const Environment& environment);
  std::vector<events::EventTransport*> transports_to(const std::string& application,
                                                     const HostedModule& source,
                                                     const HostedModule& follower,
                                                     const Environment& environment);
  events::EventTransport* watched(std::unique_ptr<events::EventTransport> way,
                                  const HostedModule& source, const HostedModule& follower);
  const events::Receiver* receiver(std::string_view module) const;
  Context soon() const;
  events::RelayObserver observer_of(const std::string& module) const;

  const telemetry::Log* log_;
  const Environment environment_;
  const std::optional<security::WebhookKeys> keys_;
  WorkEvidence* const lanes_;
  std::vector<std::unique_ptr<events::Receiver>> receivers_;
  std::vector<std::unique_ptr<events::EventTransport>> transports_;
  std::vector<std::shared_ptr<events::ModuleEvents>> sources_;
  std::vector<std::unique_ptr<events::Relay>> relays_;
};

}  // namespace banyan::host
