// SPDX-License-Identifier: Apache-2.0
#include "resolver.hpp"

#include <netdb.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace banyan::http {
namespace {

/// So many names may take long before they hold up others.
constexpr unsigned kMostThreads = 4;

Resolver::Found by_getaddrinfo(const Endpoint& endpoint) {
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
    found.ours = is_want_of_sockets(errno);
    found.error = std::strerror(errno);  // NOLINT(concurrency-mt-unsafe): glibc's is safe
  } else if (failed != 0) {
    found.ours = failed == EAI_MEMORY;
    found.error = ::gai_strerror(failed);
  }
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    found.addresses.emplace_back(each->ai_addr, each->ai_addrlen);
  }
  return found;
}

Resolver::Found by(const LookUp& look_up, const Endpoint& endpoint) {
  if (!look_up) return by_getaddrinfo(endpoint);
  const auto answer = look_up(endpoint);
  if (!answer) return {{}, answer.error(), false};
  Resolver::Found found;
  for (const Endpoint& each : *answer) {
    if (const auto address = SocketAddress::of(each)) found.addresses.push_back(*address);
  }
  return found;
}

Resolver::Found look_up_or_say_why(const LookUp& look_up, const Endpoint& endpoint) {
  try {
    Resolver::Found found = by(look_up, endpoint);
    if (found.addresses.empty() && found.error.empty()) found.error = "the name has no address";
    return found;
  } catch (const std::exception& fault) {
    // Out of memory is no reason for the process to end.
    return {{}, fault.what(), false};
  }
}

}  // namespace

/// What the threads share with the resolver. One that is inside a look-up cannot be ended: it is
/// left behind, and keeps this alive until it comes back.
class Resolver::Work : public std::enable_shared_from_this<Work> {
 public:
  Work(std::chrono::milliseconds keep, LookUp look_up)
      : keep_(keep), look_up_(std::move(look_up)) {}

  void resolve(const std::shared_ptr<LoopCore>& loop, const Endpoint& endpoint, Done done) {
    Order order{loop, std::move(done)};
    if (const auto address = SocketAddress::of(endpoint)) {
      return tell(std::move(order), {{*address}, {}, false});
    }
    const std::lock_guard lock(mutex_);
    Name& name = names_[endpoint];
    if (!name.found.addresses.empty() && name.good_until >= system_clock().steady()) {
      return tell(std::move(order), name.found);
    }
    name.waiting.push_back(std::move(order));
    if (name.sought) return;
    queue_.push_back(endpoint);
    name.sought = true;
    const std::string trouble = idle_ < queue_.size() ? one_more_thread() : std::string();
    if (threads_ == 0) return give_up(name, trouble);
    wanted_.notify_one();
  }

  /// Waits for the threads that are not inside a look-up.
  void end() {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    queue_.clear();
    for (auto& [endpoint, name] : names_) name.waiting.clear();
    wanted_.notify_all();
    ended_.wait(lock, [this] { return threads_ == looking_; });
  }

 private:
  struct Order {
    std::shared_ptr<LoopCore> loop;
    Done done;
  };
  struct Name {
    Found found;
    SteadyTime good_until{};
    bool sought = false;
    std::vector<Order> waiting;
  };

  /// Unless there are enough. Why there is none, or "".
  std::string one_more_thread() {
    if (threads_ == kMostThreads) return {};
    try {
      std::thread([self = shared_from_this()] { self->work(); }).detach();
      ++threads_;
      return {};
    } catch (const std::exception& failure) {
      return failure.what();
    }
  }

  /// Nobody is there to look up the name that was queued last, nor was for any before it. What is
  /// asked next tries anew.
  void give_up(Name& name, const std::string& trouble) {
    queue_.pop_back();
    name.sought = false;
    const bool known = !name.found.addresses.empty();
    const Found found =
        known ? name.found : Found{{}, "no thread to look the name up: " + trouble, true};
    for (Order& order : std::exchange(name.waiting, {})) tell(std::move(order), found);
  }

  static void tell(Order order, Found found) {
    order.loop->post(
        [done = std::move(order.done), found = std::move(found)]() mutable { done(found); });
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      ++idle_;
      wanted_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      --idle_;
      if (stopping_) break;
      const Endpoint endpoint = std::move(queue_.front());
      queue_.pop_front();
      ++looking_;
      lock.unlock();
      Found found = look_up_or_say_why(look_up_, endpoint);
      lock.lock();
      --looking_;
      Name& name = names_[endpoint];
      name.sought = false;
      const bool known = !name.found.addresses.empty();
      if (!found.addresses.empty() || !known) name.found = std::move(found);
      if (!name.found.addresses.empty()) name.good_until = system_clock().steady() + keep_;
      for (Order& order : std::exchange(name.waiting, {})) tell(std::move(order), name.found);
    }
    --threads_;
    ended_.notify_all();
  }

  const std::chrono::milliseconds keep_;
  const LookUp look_up_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable ended_;
  std::deque<Endpoint> queue_;
  std::map<Endpoint, Name> names_;
  unsigned threads_ = 0;
  unsigned looking_ = 0;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

Resolver::Resolver(std::chrono::milliseconds keep, LookUp look_up)
    : work_(std::make_shared<Work>(keep, std::move(look_up))) {}

Resolver::~Resolver() { work_->end(); }

void Resolver::resolve(const std::shared_ptr<LoopCore>& loop, const Endpoint& endpoint, Done done) {
  work_->resolve(loop, endpoint, std::move(done));
}

}  // namespace banyan::http
