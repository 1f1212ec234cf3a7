// SPDX-License-Identifier: Apache-2.0
#include "banyan/poco_http/calls.hpp"

#include <Poco/Exception.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "address.hpp"
#include "client_connection.hpp"

namespace banyan::poco_http {
namespace {

using Answer = ClientConnection::Answer;
using Kind = http::ClientFailure::Kind;
using ConnectionPtr = std::unique_ptr<ClientConnection>;

/// The connections to one instance that wait for their next exchange, the one used last on top.
class Kept {
 public:
  Kept(std::size_t most, std::chrono::milliseconds time) : most_(most), time_(time) {}

  /// One that can be used again; null when there is none. Drops those that cannot.
  ConnectionPtr take() {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = system_clock().steady();
    while (!connections_.empty()) {
      ConnectionPtr last = std::move(connections_.back());
      connections_.pop_back();
      if (now - last->kept_at() < time_ && last->alive()) return last;
    }
    return nullptr;
  }

  /// Those that have waited for too long go: each holds a thread of the server.
  void give(ConnectionPtr connection) {
    const SteadyTime now = system_clock().steady();
    connection->kept_at(now);
    const std::lock_guard lock(mutex_);
    std::erase_if(connections_, [&](const auto& each) { return now - each->kept_at() >= time_; });
    if (connections_.size() < most_) connections_.push_back(std::move(connection));
  }

 private:
  const std::size_t most_;
  const std::chrono::milliseconds time_;
  std::mutex mutex_;
  std::vector<ConnectionPtr> connections_;
};

class Calls {
 public:
  explicit Calls(std::shared_ptr<upstream::Group> group) : group_(std::move(group)) {
    const http::UpstreamOptions& options = group_->options().connections;
    const auto refuse = [&](const std::string& what) {
      throw std::runtime_error("calling " + group_->name() +
                               ": this program calls by Poco, which " + what +
                               ". Build it without BANYAN_NETWORK=poco for that");
    };
    if (options.tls) refuse("speaks no TLS here");
    for (const http::Endpoint& instance : group_->options().instances) {
      const auto address = numeric_address(instance);
      if (!address) {
        refuse("takes IP addresses only, and " + to_string(instance) +
               " is none: write 127.0.0.1:" + std::to_string(instance.port));
      }
      instances_.emplace(
          instance,
          Instance{*address, std::make_unique<Kept>(options.max_idle_per_loop, options.idle_keep)});
    }
  }

  Answer ask(const http::Endpoint& endpoint, const http::Request& request, SteadyTime deadline,
             http::Repeat repeat) {
    const auto known = instances_.find(endpoint);
    if (known == instances_.end()) {
      return unsent(Kind::Connect, to_string(endpoint) + " is no instance of " + group_->name());
    }
    const Instance& instance = known->second;
    bool may_have_arrived = false;
    if (ConnectionPtr kept = instance.kept->take()) {
      Answer answer = exchange(instance, std::move(kept), endpoint, request, deadline);
      if (answer || !answer.error().stale) return answer;
      // Once more, on a fresh one: it had ended, and nobody has heard of this request, or it is the
      // same to hear of it twice.
      may_have_arrived = !answer.error().provably_unsent;
      if (may_have_arrived && repeat != http::Repeat::Safe) return answer;
    }
    Answer answer = ask_on_a_fresh_one(instance, endpoint, request, deadline);
    if (!answer) {
      answer.error().stale = false;
      if (may_have_arrived) answer.error().provably_unsent = false;
    }
    return answer;
  }

 private:
  struct Instance {
    Poco::Net::SocketAddress address;
    std::unique_ptr<Kept> kept;
  };

  static std::unexpected<http::ClientFailure> unsent(Kind kind, std::string message) {
    return std::unexpected(
        http::ClientFailure{.kind = kind, .message = std::move(message), .provably_unsent = true});
  }

  std::expected<ConnectionPtr, http::ClientFailure> connect(const Instance& instance,
                                                            const http::Endpoint& endpoint,
                                                            SteadyTime deadline) const {
    const auto patience = group_->options().connections.connect_timeout;
    try {
      return std::make_unique<ClientConnection>(
          instance.address, std::min(deadline, system_clock().steady() + patience));
    } catch (const Poco::Exception& exception) {
      const bool no_socket = exception.code() == EMFILE || exception.code() == ENFILE;
      const bool late = system_clock().steady() >= deadline;
      return unsent(no_socket ? Kind::NoSocket
                    : late    ? Kind::Timeout
                              : Kind::Connect,
                    "cannot connect to " + to_string(endpoint) + ": " + exception.displayText());
    }
  }

  Answer ask_on_a_fresh_one(const Instance& instance, const http::Endpoint& endpoint,
                            const http::Request& request, SteadyTime deadline) const {
    auto connection = connect(instance, endpoint, deadline);
    if (!connection) return std::unexpected(std::move(connection.error()));
    return exchange(instance, std::move(*connection), endpoint, request, deadline);
  }

  /// A failure is stale when the connection ended without a byte of an answer.
  Answer exchange(const Instance& instance, ConnectionPtr connection,
                  const http::Endpoint& endpoint, const http::Request& request,
                  SteadyTime deadline) const {
    const std::uint64_t most =
        std::min(group_->options().connections.limits.body_bytes, http::kMostAnswerBytes);
    Answer answer = connection->ask(endpoint, request, deadline, most);
    if (answer) {
      if (connection->reusable()) instance.kept->give(std::move(connection));
    } else {
      answer.error().stale = answer.error().kind == Kind::Closed && connection->silent();
    }
    return answer;
  }

  const std::shared_ptr<upstream::Group> group_;
  std::map<http::Endpoint, Instance> instances_;
};

}  // namespace

upstream::Caller::Transport make_transport(std::shared_ptr<upstream::Group> group) {
  return [calls = std::make_shared<Calls>(std::move(group))](
             const http::Endpoint& endpoint, const http::Request& request, SteadyTime deadline,
             http::Repeat repeat) { return calls->ask(endpoint, request, deadline, repeat); };
}

}  // namespace banyan::poco_http
