// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/server.hpp"

#include <algorithm>
#include <cerrno>
#include <latch>
#include <mutex>
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

/// What to do when one cannot listen for this reason.
std::string way_out(std::error_code why) {
  if (why == std::errc::permission_denied) {
    return "ports below 1024 want the capability CAP_NET_BIND_SERVICE (setcap), a path a folder "
           "that may be written to; or choose another address";
  }
  if (why == std::errc::address_not_available) {
    return "this machine has no such address: `ip address` lists those it has";
  }
  if (why == std::errc::no_such_file_or_directory) return "its folder is not there; make it";
  return "is something else listening there? Choose another address, or stop it";
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
          i, [serving = serving_](std::string_view what) { serving->fault(what); },
          serving_->options.late_after));
    }
  }

  ~Engine() {
    for (const auto& loop : loops_) loop->end();
  }

  void start(const ListeningSockets& inherited) {
    listen_everywhere(inherited, [](Listener& listener) { listener.accept(); });
  }

  void prepare(const ListeningSockets& inherited) {
    listen_everywhere(inherited, [](Listener& /*listener*/) {});
  }

  void accept() {
    on_every_loop([](Listener& listener) { listener.open(); });
  }

  std::uint16_t port(std::size_t index) const { return ports_.at(index); }
  std::size_t connections() const { return serving_->connections; }
  Overload overload() const {
    return {serving_->refused_connections, serving_->refused_of_clients, serving_->leaving};
  }
  std::size_t loops() const { return loops_.size(); }
  LoopCore& loop(std::size_t index) { return *loops_.at(index); }

  void wind_down(std::chrono::milliseconds spread) {
    if (!started_) return;
    serving_->graceful_drain.begin(spread);
    std::unique_lock lock(serving_->mutex);
    serving_->changed.wait_for(lock, spread, [&] { return serving_->connections == 0; });
  }

  ListeningSockets listening_sockets() const {
    ListeningSockets all;
    for (const auto& listener : listeners_) {
      if (!listener->original()) continue;
      all.push_back({listener->where().endpoint(), listener->duplicate()});
    }
    return all;
  }

  void hand_over() {
    const std::lock_guard lock(ending_);
    if (!started_) return;
    serving_->handed_over = true;
    on_every_loop([](Listener& listener) { listener.stop(); });
  }

  std::size_t drain(std::chrono::milliseconds patience) {
    {
      const std::lock_guard lock(ending_);
      if (!std::exchange(started_, false)) return 0;
    }
    const auto deadline = std::chrono::steady_clock::now() + patience;
    serving_->draining = true;
    // Whoever is replaced has time: its idle clients are told with their next answer.
    if (serving_->handed_over) wait_for_the_last(deadline - std::min(patience / 4, kLastPart));
    on_every_loop([](Listener& listener) { listener.drain(Serving::kLastChance); });
    wait_for_the_last(deadline);
    std::atomic<std::size_t> cut = 0;
    on_every_loop([&](Listener& listener) { cut += listener.cut(); });
    for (const auto& loop : loops_) loop->end();
    return cut;
  }

 private:
  static constexpr std::chrono::milliseconds kLastPart{1'000};

  void wait_for_the_last(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(serving_->mutex);
    serving_->changed.wait_until(lock, until, [&] { return serving_->connections == 0; });
  }

  template <class Begin>
  void listen_everywhere(const ListeningSockets& inherited, Begin begin) {
    try {
      const auto& all = serving_->options.listen;
      const auto& tls = serving_->options.tls;
      for (std::size_t i = 0; i < all.size(); ++i)
        listen(all[i], i < tls.size() ? tls[i] : nullptr, inherited);
      for (const auto& listener : listeners_) begin(*listener);
    } catch (...) {
      listeners_.clear();
      throw;
    }
    for (const auto& loop : loops_) loop->start();
    started_ = true;
  }

  /// One listener on each loop; of inherited sockets as many as there are, for in each of them
  /// somebody may be waiting.
  void go_on(const std::vector<const posix::Descriptor*>& sockets, const Endpoint& where,
             const std::shared_ptr<TlsServer>& tls) {
    const std::size_t count = std::max(loops_.size(), sockets.size());
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t which = i % sockets.size();
      const bool shared = which + sockets.size() < count;
      auto listener =
          std::make_unique<Listener>(loops_[i % loops_.size()], serving_, ports_.size(), tls);
      listener->go_on_with(*sockets[which], shared, i == which);
      listeners_.push_back(std::move(listener));
    }
    ports_.push_back(where.port);
  }

  /// One listener on each loop.
  void listen(const Endpoint& endpoint, const std::shared_ptr<TlsServer>& tls,
              const ListeningSockets& inherited) {
    SocketAddress where = address_of(endpoint);
    const Endpoint wanted = where.endpoint();
    std::vector<const posix::Descriptor*> sockets;
    for (const ListeningSocket& each : inherited) {
      if (each.where == wanted) sockets.push_back(&each.socket);
    }
    if (!sockets.empty()) return go_on(sockets, wanted, tls);
    const bool is_path = where.family() == AF_UNIX;
    const bool share_port = loops_.size() > 1 && !is_path;
    try {
      // Ours share the port, and so would another server's of this user.
      if (share_port && !is_free(wanted)) {
        throw std::system_error(EADDRINUSE, std::generic_category(), "bind");
      }
      const Listener* first = nullptr;
      for (const auto& loop : loops_) {
        auto listener = std::make_unique<Listener>(loop, serving_, ports_.size(), tls);
        if (is_path && first != nullptr) {
          listener->share(*first);
        } else {
          listener->bind(where, share_port);
        }
        if (first == nullptr) first = listener.get();
        where = listener->where();
        listeners_.push_back(std::move(listener));
      }
    } catch (const std::system_error& failure) {
      throw std::system_error(failure.code(), "cannot listen on " + to_string(endpoint) + "; " +
                                                  way_out(failure.code()));
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
  std::mutex ending_;
  bool started_ = false;
};

void Application::refused(const RefusedRequest&, Response&) {}

Server::Server(ServerOptions options, Application& application)
    : engine_(std::make_unique<Engine>(std::move(options), application)) {}

Server::~Server() { drain(std::chrono::milliseconds(0)); }

void Server::start(const ListeningSockets& inherited) { engine_->start(inherited); }
void Server::prepare(const ListeningSockets& inherited) { engine_->prepare(inherited); }
void Server::accept() { engine_->accept(); }
ListeningSockets Server::listening_sockets() const { return engine_->listening_sockets(); }
void Server::hand_over() { engine_->hand_over(); }
std::uint16_t Server::port(std::size_t index) const { return engine_->port(index); }
std::size_t Server::connections() const { return engine_->connections(); }
Server::Overload Server::overload() const { return engine_->overload(); }
std::size_t Server::loops() const { return engine_->loops(); }
Loop& Server::loop(std::size_t index) { return engine_->loop(index); }
void Server::wind_down(std::chrono::milliseconds spread) { engine_->wind_down(spread); }
std::size_t Server::drain(std::chrono::milliseconds deadline) { return engine_->drain(deadline); }

std::unique_ptr<NetworkServer> make_server(ServerOptions options, Application& application) {
  return std::make_unique<Server>(std::move(options), application);
}

}  // namespace banyan::http
