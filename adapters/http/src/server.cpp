// SPDX-License-Identifier: Apache-2.0
#include "http/server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <latch>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "connection.hpp"
#include "http/serializer.hpp"

namespace banyan::http {
namespace {

using boost::asio::ip::tcp;
using Acceptor = boost::asio::basic_socket_acceptor<tcp, boost::asio::io_context::executor_type>;

Endpoint endpoint_of(const tcp::endpoint& end) { return {end.address().to_string(), end.port()}; }

/// Accepts on one loop, and knows the connections there.
class Listener {
 public:
  Listener(std::shared_ptr<LoopCore> loop, std::shared_ptr<Serving> serving)
      : loop_(std::move(loop)),
        serving_(std::move(serving)),
        set_(std::make_shared<ConnectionSet>()),
        acceptor_(loop_->io()) {}

  void bind(const tcp::endpoint& where, bool share_port) {
    acceptor_.open(where.protocol());
    acceptor_.set_option(boost::asio::socket_base::reuse_address(true));
    if (share_port) {
      const int on = 1;
      ::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    }
    acceptor_.bind(where);
    acceptor_.listen(4096);
  }
  tcp::endpoint where() const { return acceptor_.local_endpoint(); }

  LoopCore& loop() { return *loop_; }

  // On the loop.
  void accept() {
    acceptor_.async_accept(loop_->io(),
                           [this](const boost::system::error_code& error, Socket socket) {
                             if (!acceptor_.is_open()) return;
                             if (!error) {
                               take(std::move(socket));
                             } else if (error != boost::asio::error::connection_aborted) {
                               // Out of descriptors, most often: let some be closed first.
                               serving_->fault("cannot accept a connection: " + error.message());
                               return loop_->after(std::chrono::milliseconds(50), [this] {
                                 if (acceptor_.is_open()) accept();
                               });
                             }
                             accept();
                           });
  }
  void drain() {
    stop();
    for (Connection* connection : snapshot()) connection->drain();
  }
  std::size_t cut() {
    stop();
    std::size_t running = 0;
    for (Connection* connection : snapshot()) running += connection->cut() ? 1 : 0;
    return running;
  }

 private:
  void stop() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  }
  std::vector<Connection*> snapshot() const { return {set_->all.begin(), set_->all.end()}; }

  void take(Socket socket) {
    boost::system::error_code error;
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (error) return;
    if (serving_->connections >= serving_->options.max_connections) return turn_away(socket);
    socket.set_option(tcp::no_delay(true), error);
    ++serving_->connections;
    std::make_shared<Connection>(loop_, std::move(socket), serving_, set_, endpoint_of(peer))
        ->start();
  }

  static void turn_away(Socket& socket) {
    Response busy = problem_response(
        {503, "http.too_many_connections", "too many connections; try again in a few seconds"});
    busy.head.fields.add("Retry-After", "2");
    const std::string bytes = serialize(busy, Persistence::Close).value();
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(boost::asio::buffer(bytes), ignored);
    socket.shutdown(Socket::shutdown_send, ignored);
  }

  std::shared_ptr<LoopCore> loop_;
  std::shared_ptr<Serving> serving_;
  std::shared_ptr<ConnectionSet> set_;
  Acceptor acceptor_;
};

}  // namespace

class Server::Engine {
 public:
  Engine(ServerOptions options, Application& application)
      : serving_(std::make_shared<Serving>(std::move(options), application)) {
    std::size_t count = serving_->options.loops;
    if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i) loops_.push_back(std::make_shared<LoopCore>(i));
  }

  ~Engine() {
    for (const auto& loop : loops_) loop->end();
  }

  void start() {
    const Endpoint& listen = serving_->options.listen;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(listen.host, error);
    if (error) {
      throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                              "cannot listen on '" + listen.host +
                                  "': give an address such as 127.0.0.1, 0.0.0.0 or ::1");
    }
    tcp::endpoint where(address, listen.port);
    try {
      for (const auto& loop : loops_) {
        listeners_.push_back(std::make_unique<Listener>(loop, serving_));
        listeners_.back()->bind(where, loops_.size() > 1);
        where = listeners_.back()->where();
      }
    } catch (const boost::system::system_error& failure) {
      listeners_.clear();
      throw std::system_error(failure.code().value(), std::generic_category(),
                              "cannot listen on " + to_string(listen) +
                                  "; is something else listening there? Choose another address,"
                                  " or stop it");
    }
    port_ = where.port();
    for (const auto& listener : listeners_) {
      listener->loop().post([&listener = *listener] { listener.accept(); });
    }
    for (const auto& loop : loops_) loop->start();
    started_ = true;
  }

  std::uint16_t port() const { return port_; }
  std::size_t connections() const { return serving_->connections; }
  std::size_t loops() const { return loops_.size(); }
  LoopCore& loop(std::size_t index) { return *loops_.at(index); }

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
  std::uint16_t port_ = 0;
  bool started_ = false;
};

Server::Server(ServerOptions options, Application& application)
    : engine_(std::make_unique<Engine>(std::move(options), application)) {}

Server::~Server() { drain(std::chrono::milliseconds(0)); }

void Server::start() { engine_->start(); }
std::uint16_t Server::port() const { return engine_->port(); }
std::size_t Server::connections() const { return engine_->connections(); }
std::size_t Server::loops() const { return engine_->loops(); }
Loop& Server::loop(std::size_t index) { return engine_->loop(index); }
std::size_t Server::drain(std::chrono::milliseconds deadline) { return engine_->drain(deadline); }

}  // namespace banyan::http
