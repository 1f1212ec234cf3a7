// SPDX-License-Identifier: Apache-2.0
#include "http/server.hpp"

#include <algorithm>
#include <latch>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "connection.hpp"
#include "listener.hpp"
#include "socket_address.hpp"

namespace banyan::http {
namespace {

SocketAddress address_of(const Endpoint& endpoint) {
  if (const auto address = SocketAddress::of(endpoint)) return *address;
  throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                          "cannot listen on '" + endpoint.host +
                              "': give an address such as 127.0.0.1, 0.0.0.0 or ::1, or unix: and"
                              " a path of at most 107 characters");
}

}  // namespace

class Server::Engine {
 public:
  Engine(ServerOptions options, Application& application)
      : serving_(std::make_shared<Serving>(std::move(options), application)) {
    std::size_t count = serving_->options.loops;
    if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i) {
      loops_.push_back(std::make_shared<LoopCore>(
          i, [serving = serving_](std::string_view what) { serving->fault(what); }));
    }
  }

  ~Engine() {
    for (const auto& loop : loops_) loop->end();
  }

  void start() {
    try {
      const auto& all = serving_->options.listen;
      const auto& tls = serving_->options.tls;
      for (std::size_t i = 0; i < all.size(); ++i)
        listen(all[i], i < tls.size() ? tls[i] : nullptr);
      for (const auto& listener : listeners_) listener->accept();
    } catch (...) {
      listeners_.clear();
      throw;
    }
    for (const auto& loop : loops_) loop->start();
    started_ = true;
  }

  std::uint16_t port(std::size_t index) const { return ports_.at(index); }
  std::size_t connections() const { return serving_->connections; }
  TurnedAway turned_away() const {
    return {serving_->refused_connections, serving_->refused_of_clients, serving_->leaving};
  }
  std::size_t loops() const { return loops_.size(); }
  LoopCore& loop(std::size_t index) { return *loops_.at(index); }

  void wind_down(std::chrono::milliseconds spread) {
    if (!started_) return;
    serving_->farewell.begin(spread);
    std::unique_lock lock(serving_->mutex);
    serving_->changed.wait_for(lock, spread, [&] { return serving_->connections == 0; });
  }

  std::size_t drain(std::chrono::milliseconds patience) {
    if (!std::exchange(started_, false)) return 0;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    serving_->draining = true;
    on_every_loop([](Listener& listener) { listener.drain(); });
    {
      std::unique_lock lock(serving_->mutex);
      serving_->changed.wait_until(lock, deadline, [&] { return serving_->connections == 0; });
    }
    std::atomic<std::size_t> cut = 0;
    on_every_loop([&](Listener& listener) { cut += listener.cut(); });
    for (const auto& loop : loops_) loop->end();
    return cut;
  }

 private:
  /// One listener on each loop.
  void listen(const Endpoint& endpoint, const std::shared_ptr<TlsServer>& tls) {
    SocketAddress where = address_of(endpoint);
    const bool is_path = where.family() == AF_UNIX;
    try {
      const Listener* first = nullptr;
      for (const auto& loop : loops_) {
        auto listener = std::make_unique<Listener>(loop, serving_, ports_.size(), tls);
        if (is_path && first != nullptr) {
          listener->share(*first);
        } else {
          listener->bind(where, loops_.size() > 1 && !is_path);
        }
        if (first == nullptr) first = listener.get();
        where = listener->where();
        listeners_.push_back(std::move(listener));
      }
    } catch (const std::system_error& failure) {
      throw std::system_error(failure.code(), "cannot listen on " + to_string(endpoint) +
                                                  "; is something else listening there? Choose"
                                                  " another address, or stop it");
    }
    ports_.push_back(where.endpoint().port);
  }

  template <class Action>
  void on_every_loop(Action action) {
    std::latch done(static_cast<std::ptrdiff_t>(listeners_.size()));
    for (const auto& listener : listeners_) {
      listener->loop().post([&] {
        action(*listener);
        done.count_down();
      });
    }
    done.wait();
  }

  std::shared_ptr<Serving> serving_;
  std::vector<std::shared_ptr<LoopCore>> loops_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::uint16_t> ports_;
  bool started_ = false;
};

void Application::refused(const RefusedRequest&, Response&) {}

Server::Server(ServerOptions options, Application& application)
    : engine_(std::make_unique<Engine>(std::move(options), application)) {}

Server::~Server() { drain(std::chrono::milliseconds(0)); }

void Server::start() { engine_->start(); }
std::uint16_t Server::port(std::size_t index) const { return engine_->port(index); }
std::size_t Server::connections() const { return engine_->connections(); }
Server::TurnedAway Server::turned_away() const { return engine_->turned_away(); }
std::size_t Server::loops() const { return engine_->loops(); }
Loop& Server::loop(std::size_t index) { return engine_->loop(index); }
void Server::wind_down(std::chrono::milliseconds spread) { engine_->wind_down(spread); }
std::size_t Server::drain(std::chrono::milliseconds deadline) { return engine_->drain(deadline); }

}  // namespace banyan::http
