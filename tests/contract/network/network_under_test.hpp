// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "banyan/http/server.hpp"
#include "banyan/upstream/caller.hpp"
#include "unit/http/sockets.hpp"

/// What every network adapter has to do, whatever it is written with: one body over all of them, as
/// for ports (port_under_test.hpp). The suites are in the object library contract.network; a test
/// program instantiates them:
///
///     INSTANTIATE_TEST_SUITE_P(Mine, NetworkServerContract, testing::Values(mine), print_network);
///
/// What adapters may do differently (which limits they have, what their parsers forgive) is not in
/// it, but in tests of their own.
namespace banyan::contract {

struct NetworkUnderTest {
  std::string name;
  http::MakeServer listen;
  upstream::MakeTransport call;
  friend void PrintTo(const NetworkUnderTest& network, std::ostream* out) { *out << network.name; }
};

inline constexpr auto print_network = [](const auto& info) { return info.param.name; };

class NetworkServerContract : public testing::TestWithParam<NetworkUnderTest> {};
class NetworkCallContract : public testing::TestWithParam<NetworkUnderTest> {};

using Handler = std::function<void(std::shared_ptr<http::Exchange>)>;

/// A server of the network under test that runs, and what became of it.
class Running final : public http::Application {
 public:
  Running(const NetworkUnderTest& network, Handler handler, http::ServerOptions options = {},
          const http::ListeningSockets& inherited = {})
      : handler_(std::move(handler)) {
    options.loops = 1;
    options.on_fault = [this](std::string_view what) {
      const std::lock_guard lock(mutex_);
      faults_.append(what).append("\n");
    };
    server_ = network.listen(std::move(options), *this);
    server_->prepare(inherited);
    server_->accept();
  }
  ~Running() override { server_->drain(std::chrono::seconds(2)); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  http::NetworkServer& server() { return *server_; }
  http::Endpoint endpoint() const { return {"127.0.0.1", server_->port(0)}; }
  http::RawSocket connect() const { return http::RawSocket(server_->port(0)); }
  /// All that comes to these bytes until the server closes.
  std::string ask(std::string_view bytes) const {
    http::RawSocket client = connect();
    client.send(bytes);
    return client.read_to_end();
  }

  /// The targets that were handed to the application, in their order.
  std::vector<std::string> handled() const {
    const std::lock_guard lock(mutex_);
    return handled_;
  }
  std::vector<std::string> refused_by_name() const {
    const std::lock_guard lock(mutex_);
    return refused_;
  }
  std::string faults() const {
    const std::lock_guard lock(mutex_);
    return faults_;
  }

 private:
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    {
      const std::lock_guard lock(mutex_);
      handled_.push_back(exchange->head().target);
    }
    handler_(std::move(exchange));
  }
  void refused(const http::RefusedRequest& request, http::Response& answer) override {
    answer.head.fields.add("X-Told", "yes");
    const std::lock_guard lock(mutex_);
    refused_.push_back(request.refusal.name);
  }

  const Handler handler_;
  mutable std::mutex mutex_;
  std::vector<std::string> handled_;
  std::vector<std::string> refused_;
  std::string faults_;
  std::unique_ptr<http::NetworkServer> server_;
};

inline http::Response text_answer(std::string body, unsigned status = 200) {
  http::Response response;
  response.head.status = status;
  response.head.fields.add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

/// Answers with the method, the target and the body.
inline void echo(const std::shared_ptr<http::Exchange>& exchange) {
  constexpr std::size_t kMost = 2'000'000;
  exchange->collect_body(kMost, [exchange](std::expected<std::string, http::Refusal> body) {
    if (!body) return;
    const http::RequestHead& head = exchange->head();
    exchange->respond(text_answer(head.method + " " + head.target + " " + *body));
  });
}

/// The calls to one endpoint. `most_bytes`: of an answer.
inline upstream::Caller::Transport calls_to(const NetworkUnderTest& network,
                                            const http::Endpoint& endpoint,
                                            std::uint64_t most_bytes = http::kMostAnswerBytes) {
  upstream::GroupOptions options{.name = "the test", .instances = {endpoint}};
  options.connections.limits.body_bytes = most_bytes;
  return network.call(std::make_shared<upstream::Group>(std::move(options), system_clock()));
}

}  // namespace banyan::contract
