// SPDX-License-Identifier: Apache-2.0
#include "upstream_connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "tls_transport_socket.hpp"

namespace banyan::http {
namespace {
constexpr std::size_t kReadAhead = BufferPool::kSizes[1];
/// An address that was silent is tried last for so long: what it costs to find out that it still is
/// (its share of the time to connect) is then paid seldom, and one that is back is used again.
constexpr std::chrono::seconds kAvoidSilent{30};
}  // namespace

void UpstreamPool::retire() {
  options_.max_idle_per_loop = 0;
  for (const auto& [endpoint, connections] : std::exchange(idle_, {})) {
    for (const auto& connection : connections) connection->drop();
  }
}

std::shared_ptr<UpstreamConnection> UpstreamPool::take(const Endpoint& endpoint) {
  const auto found = idle_.find(endpoint);
  if (found == idle_.end()) return nullptr;
  auto& connections = found->second;
  while (!connections.empty()) {
    std::shared_ptr<UpstreamConnection> connection = std::move(connections.back());
    connections.pop_back();
    // RFC 9112 §9.2: what came before the request was sent is no answer to it. It costs a system
    // call to be sure of that; otherwise a late answer to one client could become another's.
    if (connection->open() && connection->up_to_date(options_) && connection->quiet()) {
      if (connection->by_name()) follow(*connection);
      return connection;
    }
    connection->drop();
  }
  return nullptr;
}

std::shared_ptr<UpstreamConnection> UpstreamPool::make(LoopCore& loop, const Endpoint& endpoint) {
  return std::make_shared<UpstreamConnection>(loop.shared_from_this(), shared_from_this(),
                                              endpoint);
}

void UpstreamPool::follow(const UpstreamConnection& connection) {
  Name& name = names_[connection.endpoint()];
  LoopCore& loop = connection.loop();
  if (name.looking || loop.now() < name.look_again) return;
  name.looking = true;
  resolver_->resolve(loop.shared_from_this(), connection.endpoint(),
                     [weak = weak_from_this(), on = &loop,
                      endpoint = connection.endpoint()](const Resolver::Found& found) {
                       const auto pool = weak.lock();
                       if (pool) pool->learn(endpoint, found.addresses, on->now());
                     });
}

void UpstreamPool::learn(const Endpoint& endpoint, const std::vector<SocketAddress>& addresses,
                         SteadyTime now) {
  Name& name = names_[endpoint];
  name.looking = false;
  name.look_again = now + options_.keep_addresses;
  if (!addresses.empty()) name.addresses = addresses;
  const auto found = idle_.find(endpoint);
  if (found == idle_.end()) return;
  for (const auto& connection : std::vector(found->second)) {
    if (!still_of_its_name(*connection)) connection->drop();
  }
}

bool UpstreamPool::still_of_its_name(const UpstreamConnection& connection) const {
  if (!connection.by_name()) return true;
  const auto name = names_.find(connection.endpoint());
  return name == names_.end() || std::ranges::find(name->second.addresses, connection.address()) !=
                                     name->second.addresses.end();
}

void UpstreamPool::was_silent(const Endpoint& name, const SocketAddress& address, SteadyTime now) {
  std::vector<Name::Silent>& silent = names_[name].silent;
  std::erase_if(silent, [&](const auto& each) { return each.address == address; });
  silent.push_back({address, now + kAvoidSilent});
}

std::vector<SocketAddress> UpstreamPool::in_turn(const Endpoint& name,
                                                 std::vector<SocketAddress> addresses,
                                                 SteadyTime now) {
  std::vector<Name::Silent>& silent = names_[name].silent;
  std::erase_if(silent, [now](const auto& each) { return each.until <= now; });
  std::ranges::stable_partition(addresses, [&](const SocketAddress& address) {
    return std::ranges::find(silent, address, &Name::Silent::address) == silent.end();
  });
  return addresses;
}

void UpstreamPool::give(std::shared_ptr<UpstreamConnection> connection) {
  if (!still_of_its_name(*connection)) return connection->drop();
  auto& connections = idle_[connection->endpoint()];
  connection->keep();
  connections.push_back(std::move(connection));
  if (connections.size() > options_.max_idle_per_loop) {
    const auto oldest = connections.front();
    oldest->drop();
  }
}

void UpstreamPool::forget(UpstreamConnection& connection) {
  const auto found = idle_.find(connection.endpoint());
  if (found == idle_.end()) return;
  std::erase_if(found->second, [&](const auto& idle) { return idle.get() == &connection; });
}

void UpstreamPool::give(std::unique_ptr<Heads> heads) {
  constexpr std::size_t kTooLarge = 16 * 1024;
  if (heads->request.capacity() > kTooLarge) return;
  heads->request.clear();
  heads->answer.clear();
  heads_.give(std::move(heads));
}

void UpstreamPool::give(std::unique_ptr<ResponseParser> parser) {
  parser->reset();
  parsers_.give(std::move(parser));
}

std::size_t UpstreamPool::idle() const {
  std::size_t count = 0;
  for (const auto& [endpoint, connections] : idle_) count += connections.size();
  return count;
}

UpstreamConnection::UpstreamConnection(const std::shared_ptr<LoopCore>& on,
                                       const std::shared_ptr<UpstreamPool>& pool, Endpoint endpoint)
    : SocketConnection(on, posix::Descriptor()),
      pool_(pool),
      head_bytes_(pool->options().limits.head_bytes),
      idle_keep_(pool->options().idle_keep),
      endpoint_(std::move(endpoint)),
      connect_time_(pool->options().connect_timeout),
      address_timer_(on->timers(),
                     [this] {
                       const auto self = shared_from_this();
                       run([this] { address_is_silent(); });
                     }),
      idle_timer_(on->timers(), [this] { drop(); }) {}

void UpstreamConnection::connect() {
  connect_until_ = loop().now() + connect_time_;
  if (const auto address = SocketAddress::of(endpoint_)) {
    addresses_ = {*address};
    return connect_to_next();
  }
  const auto pool = pool_.lock();
  if (!pool) return;
  auto self = std::static_pointer_cast<UpstreamConnection>(shared_from_this());
  pool->resolver().resolve(loop().shared_from_this(), endpoint_, [self](const auto& found) {
    if (!self->open() || !self->user_) return;
    if (found.addresses.empty()) {
      const auto user = self->user_;
      return found.ours ? user->no_socket(found.error) : user->connect_failed(found.error);
    }
    self->by_name_ = true;
    self->addresses_ = found.addresses;
    if (const auto owner = self->pool_.lock()) {
      const SteadyTime now = self->loop().now();
      owner->learn(self->endpoint_, found.addresses, now);
      self->addresses_ = owner->in_turn(self->endpoint_, found.addresses, now);
    }
    std::ranges::reverse(self->addresses_);
    self->connect_to_next();
  });
}

/// Sets the time of the address that is tried; the last one has what its user gives it.
void UpstreamConnection::hurry() {
  if (addresses_.empty()) return address_timer_.clear();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(connect_until_ - loop().now());
  const auto share = left / static_cast<std::int64_t>(addresses_.size() + 1);
  address_timer_.set(std::max(share, std::chrono::milliseconds(1)));
}

void UpstreamConnection::address_is_silent() {
  if (!user_ || !connecting()) return;  // on_connected() is on its way
  if (const auto pool = pool_.lock()) pool->was_silent(endpoint_, address_, loop().now());
  stop_connecting();
  connect_to_next();
}

void UpstreamConnection::connect_to_next() {
  const SocketAddress address = addresses_.back();
  addresses_.pop_back();
  address_ = address;
  hurry();
  posix::Descriptor socket;
  try {
    socket = address.make_socket();
  } catch (const std::system_error& failure) {
    const int error = failure.code().value();
    return loop().post([self = shared_from_this(), this, error] {
      run([&] {
        if (!open()) return;
        if (!is_want_of_sockets(error)) return on_connected(error);
        if (user_) std::shared_ptr(user_)->no_socket(std::generic_category().message(error));
      });
    });
  }
  if (address.family() != AF_UNIX) disable_nagle(socket.number());
  std::unique_ptr<TransportSocket> transport;
  const auto pool = pool_.lock();
  if (const auto tls = pool ? pool->options().tls : nullptr) {
    tls_generation_ = tls->generation();
    transport = TlsTransportSocket::asking(tls->context(), endpoint_);
  }
  SocketConnection::connect(std::move(socket), address.data(), address.size(),
                            std::move(transport));
}

void UpstreamConnection::on_connected(int error) {
  address_timer_.clear();
  if (!user_) return;
  const std::string trouble = transport_trouble();
  if (error != 0 && !addresses_.empty() && trouble.empty()) return connect_to_next();
  const auto user = user_;
  if (!trouble.empty()) return user->connect_failed(trouble);
  if (error != 0) return user->connect_failed(std::generic_category().message(error));
  want_input(true);
  user->connected();
}

void UpstreamConnection::serve(std::shared_ptr<ConnectionUser> user) {
  idle_timer_.clear();
  user_ = std::move(user);
}

void UpstreamConnection::keep() {
  user_ = nullptr;
  pin(false);
  idle_timer_.set(idle_keep_);
  want_input(true);
}

void UpstreamConnection::drop() {
  const auto self = shared_from_this();
  user_ = nullptr;
  idle_timer_.stop();
  address_timer_.stop();
  if (const auto pool = pool_.lock()) pool->forget(*this);
  close();
}

void UpstreamConnection::want_input(bool head) {
  SocketConnection::want_input(kReadAhead + (head ? head_bytes_ : 0));
}

void UpstreamConnection::on_input() {
  if (!user_) return drop();  // bytes that nobody asked for
  user_->input_came();
}

void UpstreamConnection::on_input_end(bool clean) {
  if (!user_) return drop();
  user_->input_is_over(clean);
}

void UpstreamConnection::on_sent() {
  if (user_) user_->sent();
}

void UpstreamConnection::on_send_failed() {
  if (user_) user_->send_failed();
}

void UpstreamConnection::on_fault() {
  const auto user = std::exchange(user_, nullptr);
  drop();
  if (user) user->faulted();
}

void UpstreamConnection::on_send_progress() {
  if (user_) user_->sending();
}

}  // namespace banyan::http
