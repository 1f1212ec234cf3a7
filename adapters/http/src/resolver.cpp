// SPDX-License-Identifier: Apache-2.0
#include "resolver.hpp"

#include <netdb.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

namespace banyan::http {
namespace {

Resolver::Found look_up(const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const std::string port = std::to_string(endpoint.port);
  const int failed = ::getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &list);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, [](addrinfo* each) {
    if (each != nullptr) ::freeaddrinfo(each);
  });
  Resolver::Found found;
  if (failed == EAI_SYSTEM) {
    found.error = std::strerror(errno);  // NOLINT(concurrency-mt-unsafe): glibc's is safe
  } else if (failed != 0) {
    found.error = ::gai_strerror(failed);
  }
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    found.addresses.emplace_back(each->ai_addr, each->ai_addrlen);
  }
  if (found.addresses.empty() && found.error.empty()) found.error = "the name has no address";
  return found;
}

/// Out of memory is no reason for the process to end.
Resolver::Found look_up_or_say_why(const Endpoint& endpoint) {
  try {
    return look_up(endpoint);
  } catch (const std::exception& fault) {
    return {{}, fault.what()};
  }
}

}  // namespace

Resolver::~Resolver() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    orders_.clear();
  }
  wanted_.notify_all();
  if (thread_.joinable()) thread_.join();
}

const Resolver::Found* Resolver::known(const Endpoint& endpoint) const {
  const auto entry = known_.find(endpoint);
  if (entry == known_.end() || entry->second.good_until < system_clock().steady()) return nullptr;
  return &entry->second.found;
}

void Resolver::tell(Order order, Found found) {
  order.loop->post(
      [done = std::move(order.done), found = std::move(found)]() mutable { done(found); });
}

void Resolver::resolve(const std::shared_ptr<LoopCore>& loop, const Endpoint& endpoint, Done done) {
  Order order{loop, endpoint, std::move(done)};
  if (const auto address = SocketAddress::of(endpoint)) {
    return tell(std::move(order), {{*address}, {}});
  }
  const std::lock_guard lock(mutex_);
  if (const Found* found = known(endpoint)) return tell(std::move(order), *found);
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  orders_.push_back(std::move(order));
  wanted_.notify_one();
}

void Resolver::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wanted_.wait(lock, [this] { return stopping_ || !orders_.empty(); });
    if (stopping_) return;
    Order order = std::move(orders_.front());
    orders_.pop_front();
    if (const Found* found = known(order.endpoint)) {
      tell(std::move(order), *found);
      continue;
    }
    lock.unlock();
    Found found = look_up_or_say_why(order.endpoint);
    lock.lock();
    Known& entry = known_[order.endpoint];
    if (!found.addresses.empty() || entry.found.addresses.empty()) entry.found = std::move(found);
    if (!entry.found.addresses.empty()) entry.good_until = system_clock().steady() + keep_;
    tell(std::move(order), entry.found);
  }
}

}  // namespace banyan::http
