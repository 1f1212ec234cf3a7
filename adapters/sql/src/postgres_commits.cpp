// SPDX-License-Identifier: Apache-2.0
#include "postgres_commits.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "banyan/posix/descriptor.hpp"
#include "banyan/postgres/connection.hpp"

namespace banyan::sql {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBetweenNotifications{20};
constexpr milliseconds kBetweenConnections{1'000};
constexpr int kForEver = -1;

}  // namespace

/// Wakes the thread while it waits for the server.
class PostgresCommits::Alarm {
 public:
  Alarm() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!descriptor_.valid()) throw std::system_error(errno, std::system_category(), "eventfd");
  }

  void ring() const {
    const std::uint64_t one = 1;
    (void)!::write(descriptor_.number(), &one, sizeof one);
  }
  /// Until it rings, the other descriptor can be read (-1: there is none), or the time is over.
  void wait(int other, int milliseconds) const {
    std::array<pollfd, 2> both = {pollfd{descriptor_.number(), POLLIN, 0},
                                  pollfd{other, POLLIN, 0}};
    ::poll(both.data(), both.size(), milliseconds);
    std::uint64_t rung = 0;
    (void)!::read(descriptor_.number(), &rung, sizeof rung);
  }

 private:
  const posix::Descriptor descriptor_;
};

PostgresCommits::PostgresCommits(DataSource source, OnFault on_fault)
    : source_(std::move(source)),
      on_fault_(std::move(on_fault)),
      listeners_(on_fault_),
      alarm_(std::make_unique<Alarm>()) {}

PostgresCommits::~PostgresCommits() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (asking_ >= 0) ::shutdown(asking_, SHUT_RDWR);
  }
  alarm_->ring();
  if (thread_.joinable()) thread_.join();
}

void PostgresCommits::announce(const std::string& module) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (!announced_.insert(module).second) return;
    begin();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): whoever looks now and then
  }
  alarm_->ring();
}

std::unique_ptr<CommitWatch> PostgresCommits::watch(const std::string& module,
                                                    std::function<void()> changed) {
  auto watch = listeners_.add(module, std::move(changed));
  const std::lock_guard lock(mutex_);
  begin();
  return watch;
}

void PostgresCommits::begin() {
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
}

// True: it is the end.
bool PostgresCommits::listen() {
  try {
    auto connection = postgres::Connection::open(source_.connection);
    ask(connection, "LISTEN banyan_commits", {});
    // What was committed before that was told to nobody here.
    listeners_.tell_all();
    serve(connection);
    return true;
  } catch (const postgres::Fault&) {  // whoever uses the server says what is wrong with it
    return false;
  }
}

void PostgresCommits::work() {
  while (true) {
    bool over = false;
    contain([&] { over = listen(); }, on_fault_);
    if (over) return;
    const auto until = std::chrono::steady_clock::now() + kBetweenConnections;
    while (std::chrono::steady_clock::now() < until) {
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
      }
      alarm_->wait(-1, static_cast<int>(kBetweenConnections.count()));
    }
  }
}

/// Until the end.
void PostgresCommits::serve(postgres::Connection& connection) {
  while (true) {
    const int wait = wait_time();
    if (wait != 0) alarm_->wait(connection.descriptor(), wait);
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    if (wait == 0) send(connection);
    std::set<std::string> modules;
    for (auto& said : connection.notifications()) modules.insert(std::move(said.payload));
    for (const std::string& module : modules) listeners_.tell(module);
  }
}

// A server that has stopped answering is not waited for at the end.
void PostgresCommits::ask(postgres::Connection& connection, const std::string& sql,
                          const std::vector<std::string>& values) {
  const auto set = [this](int descriptor) {
    const std::lock_guard lock(mutex_);
    asking_ = descriptor;
    return stopping_;
  };
  struct Reset {
    const decltype(set)& to;
    ~Reset() { to(-1); }
  };
  const Reset reset{set};
  if (!set(connection.descriptor())) connection.rows(sql, values);
}

// The first is told of at once, those after it together.
int PostgresCommits::wait_time() {
  const std::lock_guard lock(mutex_);
  if (stopping_) return 0;
  if (announced_.empty()) return kForEver;
  const auto left = sent_ + kBetweenNotifications - std::chrono::steady_clock::now();
  return static_cast<int>(std::max<std::int64_t>(0, std::chrono::ceil<milliseconds>(left).count()));
}

void PostgresCommits::send(postgres::Connection& connection) {
  std::set<std::string> modules;
  {
    const std::lock_guard lock(mutex_);
    modules.swap(announced_);
  }
  sent_ = std::chrono::steady_clock::now();
  for (const std::string& module : modules) {
    ask(connection, "SELECT pg_notify('banyan_commits', $1)", {module});
  }
}

}  // namespace banyan::sql
