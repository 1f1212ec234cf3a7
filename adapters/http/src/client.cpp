// SPDX-License-Identifier: Apache-2.0
#include "http/client.hpp"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "client_connection.hpp"
#include "http/serializer.hpp"

namespace banyan::http {

std::string_view to_string(ClientFailure::Kind kind) {
  switch (kind) {
    case ClientFailure::Kind::Connect: return "connect";
    case ClientFailure::Kind::NoSocket: return "no_socket";
    case ClientFailure::Kind::Timeout: return "timeout";
    case ClientFailure::Kind::Closed: return "closed";
    case ClientFailure::Kind::Protocol: return "protocol";
    case ClientFailure::Kind::TooLarge: return "too_large";
    case ClientFailure::Kind::Request: return "request";
  }
  return "";
}

class Client::Pool {
 public:
  Pool(Endpoint at, ClientOptions given) : endpoint(std::move(at)), options(given) {}

  /// The most recently used one that is alive, or null.
  std::unique_ptr<ClientConnection> take() {
    const SteadyTime now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    while (!idle_.empty()) {
      std::unique_ptr<ClientConnection> connection = std::move(idle_.back());
      idle_.pop_back();
      if (now - connection->idle_since < options.idle_timeout && connection->still_quiet()) {
        return connection;
      }
    }
    return nullptr;
  }

  void give(std::unique_ptr<ClientConnection> connection) {
    if (!connection->reusable()) return;
    connection->idle_since = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    std::erase_if(idle_, [&](const auto& kept) {
      return connection->idle_since - kept->idle_since >= options.idle_timeout;
    });
    if (idle_.size() < options.max_idle) idle_.push_back(std::move(connection));
  }

  std::size_t idle() const {
    const std::lock_guard lock(mutex_);
    return idle_.size();
  }

  const Endpoint endpoint;
  const ClientOptions options;

 private:
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<ClientConnection>> idle_;
};

Client::Client(Endpoint endpoint, ClientOptions options)
    : pool_(std::make_unique<Pool>(std::move(endpoint), options)) {}
Client::~Client() = default;

const Endpoint& Client::endpoint() const noexcept { return pool_->endpoint; }
std::size_t Client::idle_connections() const { return pool_->idle(); }

std::expected<Response, ClientFailure> Client::exchange(const Request& request, SteadyTime deadline,
                                                        Repeat repeat) {
  std::expected<std::string, Refusal> bytes;
  if (request.head.fields.contains("Host")) {
    bytes = serialize(request);
  } else {
    Request named = request;
    named.head.fields.add("Host", to_string(pool_->endpoint));
    bytes = serialize(named);
  }
  if (!bytes) {
    return std::unexpected(
        ClientFailure{ClientFailure::Kind::Request, bytes.error().message, true});
  }
  if (auto kept = pool_->take()) {
    auto answer = kept->exchange(*bytes, request.head.method, deadline);
    const bool stale =
        !answer && answer.error().kind == ClientFailure::Kind::Closed && kept->silent();
    const bool again = stale && (answer.error().provably_unsent || repeat == Repeat::Safe);
    if (answer) pool_->give(std::move(kept));
    if (!again) return answer;
  }
  const SteadyTime connect_by =
      std::min(deadline, std::chrono::steady_clock::now() + pool_->options.connect_timeout);
  auto fresh = ClientConnection::connect(pool_->endpoint, pool_->options.limits, connect_by);
  if (!fresh) return std::unexpected(std::move(fresh.error()));
  auto answer = (*fresh)->exchange(*bytes, request.head.method, deadline);
  if (answer) pool_->give(std::move(*fresh));
  return answer;
}

}  // namespace banyan::http
