// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "banyan/http/instance_lock.hpp"
#include "banyan/http/listening_socket.hpp"
#include "banyan/http/network_server.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/succession/introduction.hpp"

namespace banyan::succession {

/// The side of the new process: what it has got from the running one. Until ready() has come back
/// the running one serves on as if nothing had happened, whatever becomes of this one.
class Takeover {
 public:
  /// A last question before anything is asked for, e.g. whether the running process can live with
  /// this one's migrations.
  using Check = std::function<Result<void>(const Introduction& running)>;

  /// Asks whoever offers its sockets at one of `self.listen`. Nothing when nobody does: then there
  /// is nothing to take over, though one that ends may have its locks still. FailedPrecondition
  /// with what is in the way; Unavailable when the running one says nothing within `patience`;
  /// and as soon as this process is told to end (see StopRequest).
  static Result<std::optional<Takeover>> ask(const Introduction& self, const Check& check,
                                             std::chrono::milliseconds patience,
                                             const Clock& clock);
  /// The end of the conversation: the running one does not end before it (see ready()). So tell
  /// first whoever has to know that this process is the service now.
  ~Takeover();
  Takeover(Takeover&& other) noexcept;
  Takeover& operator=(Takeover&& other) noexcept;

  const Introduction& running() const;

  /// For http::NetworkServer::prepare().
  http::ListeningSockets take_sockets();
  /// The running one's lock for that address, or a new one where that has none. Throws as
  /// InstanceLock::for_endpoint().
  http::InstanceLock lock_for(const http::Endpoint& endpoint, std::string_view way_out);
  /// Where the next successor asks: for an Offer.
  posix::Descriptor take_rendezvous();

  /// This process can serve: may the running one go? Waits for its word, `patience` at most. After
  /// success the sockets and locks are this one's, also when the other has died meanwhile. Else it
  /// serves on, and this one has to end; so also when this one is told to end.
  Result<void> ready(std::chrono::milliseconds patience);

 private:
  struct Parts;
  explicit Takeover(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Has a server that is prepared accept, as soon as the running process, if there is one, has said
/// that it goes. If it does not go, this server accepts nobody and has to end. After success
/// nothing may end this process: nobody else serves. Until then anything may.
Result<void> open(http::NetworkServer& server, std::optional<Takeover>& takeover,
                  std::chrono::milliseconds patience);

}  // namespace banyan::succession
