// SPDX-License-Identifier: Apache-2.0
// GET requests at a constant rate, whatever the answers do, and how long each took from the moment
// at which it was due: a server that stalls is charged for all who had to wait (no coordinated
// omission). Prints one line of JSON, times in microseconds.
//   steady_load PORT PATH CONNECTIONS REQUESTS [RATE]    without RATE: as fast as answers come
// The first tenth of the requests warms up and is not counted.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;
constexpr std::chrono::seconds kPatience{5};  ///< without any answer, after which it gives up

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// Finds out where an answer with a Content-Length ends. It keeps the head only.
class Answer {
 public:
  enum class State : std::uint8_t { Reading, Done, Bad };

  State take(std::string_view bytes) {
    if (!head_done_) {
      const std::size_t before = head_.size();
      head_ += bytes;
      const std::size_t end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
      if (end == std::string::npos) return head_.size() > 65'536 ? State::Bad : State::Reading;
      bytes.remove_prefix(end + 4 - before);
      head_.resize(end + 2);
      if (!head_.starts_with("HTTP/1.1 200") || !read_length()) return State::Bad;
      head_done_ = true;
    }
    if (bytes.size() > left_) return State::Bad;
    left_ -= bytes.size();
    return left_ == 0 ? State::Done : State::Reading;
  }

  void reset() {
    head_.clear();
    head_done_ = false;
  }

 private:
  bool read_length() {
    constexpr std::string_view kName = "\r\ncontent-length:";
    for (std::size_t at = head_.find("\r\n"); at != std::string::npos;
         at = head_.find("\r\n", at + 2)) {
      if (head_.size() - at > kName.size() &&
          strncasecmp(head_.data() + at, kName.data(), kName.size()) == 0) {
        left_ = std::strtoull(head_.data() + at + kName.size(), nullptr, 10);
        return true;
      }
    }
    return false;
  }

  std::string head_;
  bool head_done_ = false;
  std::uint64_t left_ = 0;
};

struct Connection {
  int fd = -1;
  std::size_t request = 0;  ///< which one it is busy with
  bool busy = false;
  Answer answer;
};

class SteadyLoad {
 public:
  SteadyLoad(std::uint16_t port, const std::string& path, std::size_t connections,
             std::size_t requests, double rate)
      : port_(port),
        request_("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nCookie: session=5f2a9c\r\n\r\n"),
        requests_(requests),
        between_(rate > 0 ? 1e9 / rate : 0),
        connections_(connections) {
    latencies_.reserve(requests);
    for (Connection& each : connections_) {
      open(each);
      free_.push_back(&each);
    }
  }

  void run() {
    begin_ = heard_ = Clock::now();
    while (answered_ + failed_ < requests_) {
      const auto now = Clock::now();
      if (now - heard_ > kPatience + nanoseconds(static_cast<std::int64_t>(between_))) break;
      while (next_ < requests_ && !free_.empty() && due(next_) <= now) send_next();
      wait(now);
    }
    end_ = Clock::now();
  }

  void print() {
    std::ranges::sort(latencies_);
    const double seconds = std::chrono::duration<double>(end_ - begin_).count();
    std::printf(
        "{\"requests\": %zu, \"answered\": %zu, \"failed\": %zu, \"closed\": %zu, "
        "\"seconds\": %.3f, \"rate\": %.1f, \"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, "
        "\"p999\": %.1f, \"max\": %.1f}\n",
        requests_, answered_, requests_ - answered_, closed_, seconds,
        static_cast<double>(answered_) / seconds, at(0.5), at(0.9), at(0.99), at(0.999), at(1));
  }

 private:
  Clock::time_point due(std::size_t request) const {
    return begin_ + nanoseconds(static_cast<std::int64_t>(static_cast<double>(request) * between_));
  }

  double at(double share) const {
    if (latencies_.empty()) return 0;
    const double place = share * static_cast<double>(latencies_.size() - 1);
    return static_cast<double>(latencies_[static_cast<std::size_t>(place)].count()) / 1e3;
  }

  void open(Connection& connection) {
    connection.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(connection.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      give_up("steady_load: cannot connect");
    }
    const int on = 1;
    setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection.busy = false;
    connection.answer.reset();
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
  }

  void send_next() {
    Connection& connection = *free_.back();
    free_.pop_back();
    connection.busy = true;
    connection.request = next_++;
    // A request is far smaller than a socket's buffer; that it was refused shows when it is read.
    if (send(connection.fd, request_.data(), request_.size(), MSG_NOSIGNAL) < 0) broken(connection);
  }

  void wait(Clock::time_point now) {
    auto longest = nanoseconds(std::chrono::milliseconds(100));
    if (next_ < requests_ && !free_.empty()) {
      longest = std::clamp(nanoseconds(due(next_) - now), nanoseconds(0), longest);
    }
    const timespec timeout{longest.count() / 1'000'000'000, longest.count() % 1'000'000'000};
    std::array<epoll_event, 64> events{};
    const int count =
        epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    if (count < 0 && errno != EINTR) give_up("steady_load: epoll_pwait2");
    for (int i = 0; i < count; ++i) {
      read(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
  }

  void read(Connection& connection) {
    const ssize_t count = recv(connection.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0 || !connection.busy) return broken(connection);
    switch (connection.answer.take({buffer_.data(), static_cast<std::size_t>(count)})) {
      case Answer::State::Reading: return;
      case Answer::State::Bad: return broken(connection);
      case Answer::State::Done: break;
    }
    heard_ = Clock::now();
    if (connection.request >= requests_ / 10)
      latencies_.push_back(heard_ - due(connection.request));
    ++answered_;
    connection.busy = false;
    connection.answer.reset();
    free_.push_back(&connection);
  }

  void broken(Connection& connection) {
    close(connection.fd);
    ++closed_;
    if (connection.busy) {
      ++failed_;
      free_.push_back(&connection);
    }
    open(connection);
  }

  std::uint16_t port_;
  std::string request_;
  std::size_t requests_;
  double between_;  ///< nanoseconds
  std::vector<Connection> connections_;
  std::vector<Connection*> free_;
  std::vector<nanoseconds> latencies_;
  std::size_t next_ = 0;
  std::size_t answered_ = 0;
  std::size_t failed_ = 0;
  std::size_t closed_ = 0;
  Clock::time_point begin_;
  Clock::time_point heard_;
  Clock::time_point end_;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::array<char, 256 * 1024> buffer_{};
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 5 && count != 6) {
    std::fputs("usage: steady_load PORT PATH CONNECTIONS REQUESTS [RATE]\n", stderr);
    return 2;
  }
  prctl(PR_SET_TIMERSLACK, 1UL);  // the usual 50 us would be most of what is measured
  SteadyLoad load(static_cast<std::uint16_t>(std::atoi(arguments[1])), arguments[2],
                  static_cast<std::size_t>(std::atoll(arguments[3])),
                  static_cast<std::size_t>(std::atoll(arguments[4])),
                  count == 6 ? std::atof(arguments[5]) : 0);
  load.run();
  load.print();
}
