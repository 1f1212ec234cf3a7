// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "banyan/events/event_types.hpp"
#include "banyan/events/transport.hpp"
#include "banyan/kernel/environment.hpp"

namespace banyan::events {

struct ReceiverOptions {
  std::chrono::milliseconds budget{5'000};  ///< deadline of the handling of one event
  /// Told what an exception of a handler says; may be empty.
  std::function<void(const Envelope&, std::string_view what)> on_fault{};
};

/// The subscriber's side: takes each event once and in the order of its key, whoever brings it, and
/// calls the module for those that it follows. Safe for concurrent use.
class Receiver {
 public:
  /// `subscriber` is the module's `Subscriptions*`. All must outlive the receiver.
  Receiver(std::string module, const std::vector<Subscription>& subscriptions, void* subscriber,
           Inbox& inbox, const Environment& environment, ReceiverOptions options);

  const std::string& module() const { return module_; }
  /// Does it follow anything of that module?
  bool follows(std::string_view source) const;
  /// See EventTransport::deliver(); all of one source.
  Deliveries take(std::span<const Envelope> events) const;

 private:
  class Round;
  const Subscription* find(std::string_view source, std::string_view type, unsigned& version) const;
  Delivery handle(const Envelope& event, const Subscription& subscription, unsigned version,
                  std::optional<Error>& outage) const;

  const std::string module_;
  const std::vector<Subscription>* subscriptions_;
  void* subscriber_;
  Inbox* inbox_;
  const Environment environment_;
  const ReceiverOptions options_;
};

/// The way to a receiver in this process.
std::unique_ptr<EventTransport> make_in_process_transport(const Receiver& receiver);

}  // namespace banyan::events
