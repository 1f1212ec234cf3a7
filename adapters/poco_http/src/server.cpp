// SPDX-License-Identifier: Apache-2.0
#include "banyan/poco_http/server.hpp"

#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/ThreadPool.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "address.hpp"
#include "listening_socket.hpp"
#include "request_handler.hpp"
#include "served_request.hpp"
#include "serving.hpp"

namespace banyan::poco_http {
namespace {

/// Of one listener. More than all that call it keep: idle connections hold one each.
constexpr std::size_t kMostThreads = 256;
constexpr int kMostQueued = 64;
/// For idle connections, whose clients may be sending at that very moment. Who connects anew after
/// a hand-over comes to the other process, so the old one can wait.
constexpr std::chrono::milliseconds kLastChance{100};
constexpr std::chrono::milliseconds kLastSecond{1'000};
constexpr std::chrono::milliseconds kLook{5};
/// Longer than HTTPServer takes to look for the next connection.
constexpr std::chrono::milliseconds kHandingOn{500};

Poco::Timespan timespan(std::chrono::milliseconds time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

/// An address that is listened on, with threads of its own.
class Listener {
 public:
  Listener(Serving& serving, std::size_t index, ListeningSocket socket)
      : options_(serving.options),
        socket_(std::move(socket)),
        port_(socket_.address().port()),
        threads_("poco_http", 1, most_threads(serving.options)),
        server_(new RequestHandlerFactory(serving, index), threads_, socket_,
                params(serving.options)) {}

  ~Listener() { cut(); }

  void accept() {
    server_.start();
    accepts_ = true;
  }
  /// What has been accepted is served.
  void stop_accepting() {
    if (!accepts_.exchange(false)) return;
    socket_.pause();
    const SteadyTime until = system_clock().steady() + kHandingOn;
    while ((!socket_.paused() || server_.queuedConnections() != 0) &&
           system_clock().steady() < until) {
      std::this_thread::sleep_for(kLook);
    }
    server_.stop();
  }
  /// stop() leaves it open: who connects would wait for nobody.
  void close() { socket_.close(); }
  void cut() {
    server_.stopAll(true);
    threads_.joinAll();
  }

  const ListeningSocket& socket() const { return socket_; }
  std::uint16_t port() const { return port_; }
  std::size_t connections() const { return static_cast<std::size_t>(server_.currentConnections()); }
  bool crowded() const { return 4 * server_.currentConnections() > 3 * most_threads(options_); }
  std::uint64_t refused() const { return static_cast<std::uint64_t>(server_.refusedConnections()); }

 private:
  static int most_threads(const http::ServerOptions& options) {
    return static_cast<int>(std::clamp<std::size_t>(options.max_connections, 1, kMostThreads));
  }

  static Poco::Net::HTTPServerParams::Ptr params(const http::ServerOptions& options) {
    Poco::Net::HTTPServerParams::Ptr all(new Poco::Net::HTTPServerParams);
    all->setMaxThreads(most_threads(options));
    all->setMaxQueued(kMostQueued);
    all->setTimeout(timespan(options.head_timeout));
    all->setKeepAlive(true);
    all->setKeepAliveTimeout(timespan(options.idle_timeout));
    return all;
  }

  const http::ServerOptions& options_;
  ListeningSocket socket_;
  const std::uint16_t port_;
  Poco::ThreadPool threads_;
  Poco::Net::HTTPServer server_;
  std::atomic<bool> accepts_ = false;
};

class Server final : public http::NetworkServer {
 public:
  Server(http::ServerOptions options, http::Application& application)
      : serving_(std::move(options), application) {
    serving_.crowded = [this](std::size_t listener) { return listeners_[listener]->crowded(); };
    for (const auto& tls : serving_.options.tls) {
      if (!tls) continue;
      throw std::runtime_error(
          "this program speaks HTTP by Poco, and no TLS: let a proxy of this machine speak it, or "
          "build the program without BANYAN_NETWORK=poco");
    }
  }
  ~Server() override { drain(std::chrono::milliseconds(0)); }

  void prepare(const http::ListeningSockets& inherited) override {
    for (const http::Endpoint& wanted : serving_.options.listen) {
      const auto address = numeric_address(wanted);
      const auto known = std::ranges::find_if(inherited, [&](const auto& each) {
        return wanted.port != 0 && address && each.where == endpoint_of(*address);
      });
      const auto head_time = serving_.options.head_timeout;
      listeners_.push_back(std::make_unique<Listener>(serving_, listeners_.size(),
                                                      known != inherited.end()
                                                          ? ListeningSocket(*known, head_time)
                                                          : ListeningSocket(wanted, head_time)));
    }
  }

  void accept() override {
    for (const auto& listener : listeners_) listener->accept();
  }

  http::ListeningSockets listening_sockets() const override {
    http::ListeningSockets all;
    for (const auto& listener : listeners_) all.push_back(listener->socket().duplicate());
    return all;
  }

  void hand_over() override {
    handed_over_ = true;
    for (const auto& listener : listeners_) listener->stop_accepting();
  }

  std::uint16_t port(std::size_t index) const override { return listeners_.at(index)->port(); }

  std::size_t connections() const override {
    std::size_t all = 0;
    for (const auto& listener : listeners_) all += listener->connections();
    return all;
  }

  Overload overload() const override {
    Overload all;
    for (const auto& listener : listeners_) all.by_limit += listener->refused();
    return all;
  }

  void wind_down(std::chrono::milliseconds spread) override {
    serving_.closing = true;
    wait_for_connections(system_clock().steady() + spread);
  }

  std::size_t drain(std::chrono::milliseconds deadline) override {
    if (std::exchange(drained_, true)) return 0;
    serving_.closing = true;
    const SteadyTime until = system_clock().steady() + deadline;
    for (const auto& listener : listeners_) listener->stop_accepting();
    for (const auto& listener : listeners_) listener->close();
    const std::size_t cut = end_requests(until);
    if (cut == 0) {
      const SteadyTime now = system_clock().steady();
      wait_for_connections(handed_over_ ? until - kLastSecond : std::min(until, now + kLastChance));
    }
    for (const auto& listener : listeners_) listener->cut();
    return cut;
  }

 private:
  /// Nobody tells of the end of a connection.
  void wait_for_connections(SteadyTime until) const {
    while (connections() != 0 && system_clock().steady() < until) {
      std::this_thread::sleep_for(kLook);
    }
  }

  std::size_t end_requests(SteadyTime until) {
    std::unique_lock lock(serving_.mutex);
    serving_.changed.wait_until(lock, until, [this] { return serving_.running.empty(); });
    serving_.ending = true;
    for (ServedRequest* const each : serving_.running) each->cut();
    return serving_.running.size();
  }

  Serving serving_;
  std::vector<std::unique_ptr<Listener>> listeners_;  // they end before what they share
  std::atomic<bool> handed_over_ = false;
  bool drained_ = false;
};

}  // namespace

Serving::Serving(http::ServerOptions its_options, http::Application& served)
    : options(std::move(its_options)),
      application(served),
      loops(std::max<std::size_t>(options.loops, 1),
            [this](std::string_view what) { fault(what); }) {}

http::Loop& Serving::next_loop() {
  return loops.at(turn.fetch_add(1, std::memory_order_relaxed) % loops.size());
}

std::unique_ptr<http::NetworkServer> make_server(http::ServerOptions options,
                                                 http::Application& application) {
  return std::make_unique<Server>(std::move(options), application);
}

}  // namespace banyan::poco_http
