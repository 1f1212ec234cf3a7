// SPDX-License-Identifier: Apache-2.0
#include "banyan/succession/offer.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "message_socket.hpp"
#include "messages.hpp"
#include "rendezvous.hpp"

namespace banyan::succession {
namespace {

/// Of a successor that serves, to end the conversation.
constexpr std::chrono::milliseconds kLastWord{10'000};
/// Of whoever has connected, to say who it is.
constexpr std::chrono::milliseconds kGreeting{5'000};
constexpr int kBacklog = 16;
constexpr int kRest = 50;

using End = MessageSocket::End;

/// A socket at a path that nobody answers at; what a dead process has left there goes. Throws
/// std::system_error.
posix::Descriptor listen_at(const std::filesystem::path& path) {
  if (MessageSocket::connect(path)) {
    throw std::system_error(EADDRINUSE, std::generic_category(),
                            "another process answers at " + path.string());
  }
  ::unlink(path.c_str());
  posix::Descriptor rendezvous(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof where.sun_path) {
    throw std::system_error(ENAMETOOLONG, std::generic_category(), text);
  }
  text.copy(&where.sun_path[0], text.size());
  // Nobody connects before listen(), and then only this user may.
  if (!rendezvous.valid() ||
      ::bind(rendezvous.number(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
      ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 ||
      ::listen(rendezvous.number(), kBacklog) != 0) {
    throw std::system_error(errno, std::generic_category(), text);
  }
  return rendezvous;
}

}  // namespace

class Offer::Thread {
 public:
  explicit Thread(Offer::Parts given) : parts_(std::move(given)), begin_(event()), wake_(event()) {
    parts_.self.process = ::getpid();
    try {
      file_ = rendezvous_paths(parts_.self.listen).front();
      const bool inherited = parts_.rendezvous.valid();
      if (!inherited) parts_.rendezvous = listen_at(file_);
      takes_file_away_ = !inherited;
    } catch (const std::exception& failure) {
      note(std::string("no other process can take over from this one: ") + failure.what());
      return;
    }
    thread_ = std::thread([this] {
      if (begun()) run();
    });
  }

  ~Thread() {
    ::eventfd_write(wake_.number(), 1);
    if (!thread_.joinable()) return;
    thread_.join();
    if (takes_file_away_ && !taken_) ::unlink(file_.c_str());
  }

  void begin() noexcept {
    try {
      for (http::InstanceLock* lock : parts_.locks) lock->own_file();
    } catch (const std::exception& failure) {
      note(failure.what());
    }
    takes_file_away_ = thread_.joinable();
    has_begun_.store(true, std::memory_order_release);
    ::eventfd_write(begin_.number(), 1);
  }

  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  bool taken() const noexcept { return taken_; }

 private:
  void note(const std::string& what) const {
    if (parts_.note) parts_.note(what);
  }

  static posix::Descriptor event() {
    posix::Descriptor made(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!made.valid()) throw std::system_error(errno, std::generic_category(), "eventfd");
    return made;
  }

  /// Waits for begin(); false when the end comes first.
  bool begun() const {
    std::array<pollfd, 2> watched{pollfd{begin_.number(), POLLIN, 0},
                                  pollfd{wake_.number(), POLLIN, 0}};
    while (::poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
    }
    return has_begun_.load(std::memory_order_acquire);
  }

  void run() {
    while (!taken_) {
      std::array<pollfd, 2> watched{pollfd{parts_.rendezvous.number(), POLLIN, 0},
                                    pollfd{wake_.number(), POLLIN, 0}};
      if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
      if (watched[1].revents != 0) return;
      posix::Descriptor caller(
          ::accept4(parts_.rendezvous.number(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!caller.valid()) {
        // Out of descriptors, perhaps: let some be closed first.
        ::poll(&watched[1], 1, kRest);
        continue;
      }
      const MessageSocket socket(std::move(caller));
      try {
        if (socket.is_of_this_user()) talk(socket);
      } catch (const std::exception& failure) {
        // An end without a word would mean that this process is no more.
        socket.send(refused("withdrawn", failure.what()));
        note(std::string("a takeover has failed: ") + failure.what());
      }
    }
  }

  void talk(const MessageSocket& socket) {
    const auto hello = receive(socket, kGreeting);
    if (hello.end == End::Woken) return tell_that_it_ends(socket);
    const nlohmann::json text = parsed(hello.text);
    if (!is(text, "hello")) return;
    const Introduction successor = introduction_of(text);
    if (const int spoken = number_of(text, "protocol"); spoken != kProtocol) {
      const std::string why = parts_.self.program + " " + parts_.self.version +
                              " speaks protocol " + std::to_string(kProtocol) +
                              " of takeovers, and this one " + std::to_string(spoken) +
                              "; stop the running one, and start this one without --take-over";
      socket.send(refused("refused", why));
      return note(why);
    }
    if (!socket.send(introduction("welcome", parts_.self))) return;
    const auto answer = receive(socket, parts_.patience);
    if (answer.end == End::Woken) return tell_that_it_ends(socket);
    const nlohmann::json claim = parsed(answer.text);
    if (!is(claim, "claim")) {
      const std::string why = text_of(claim, "why");
      return note(name_of(successor) + (why.empty() ? " has asked and gone" : ": " + why));
    }
    if (!pass(socket)) return note(name_of(successor) + " has gone while it took over");
    conclude(socket, successor);
  }

  /// Nothing has been passed yet: whoever has asked may wait for the end, and start afresh.
  static void tell_that_it_ends(const MessageSocket& socket) {
    socket.send(refused("ending", "the running process is being stopped"));
  }

  bool pass(const MessageSocket& socket) {
    std::vector<posix::Descriptor> files;
    nlohmann::json kinds = nlohmann::json::array();
    const auto flush = [&](bool more) {
      nlohmann::json text = message("files");
      text["files"] = std::exchange(kinds, nlohmann::json::array());
      text["more"] = more;
      const bool sent = socket.send(text.dump(), files);
      files.clear();
      return sent;
    };
    const auto add = [&](nlohmann::json kind, posix::Descriptor file) {
      if (files.size() == MessageSocket::kMostFiles && !flush(true)) return false;
      kinds.push_back(std::move(kind));
      files.push_back(std::move(file));
      return true;
    };
    bool sent = add({{"kind", "rendezvous"}}, duplicate(parts_.rendezvous));
    for (http::ListeningSocket& each : parts_.server.listening_sockets()) {
      sent = sent && add({{"kind", "socket"}}, std::move(each.socket));
    }
    for (const http::InstanceLock* lock : parts_.locks) {
      posix::Descriptor file = lock->duplicate();
      if (!file.valid()) continue;
      sent = sent && add({{"kind", "lock"}, {"file", lock->file().string()}}, std::move(file));
    }
    return sent && flush(false);
  }

  void conclude(const MessageSocket& socket, const Introduction& successor) {
    auto answer = receive(socket, parts_.patience);
    std::string why = "it has ended before it was ready";
    if (answer.end == End::None) {
      why = text_of(parsed(answer.text), "why");
      if (why.empty()) why = "it has said something else than that it is ready";
    }
    if (answer.end == End::Late) {
      why = "it was not ready within " + std::to_string(parts_.patience.count()) + " ms";
    }
    if (answer.end == End::Woken) why = "the running process is being stopped";
    // It may have become ready at this very moment.
    if (answer.end == End::Late || answer.end == End::Woken) answer = socket.close_ears();
    if (is(parsed(answer.text), "ready")) {
      if (socket.send(message("yours").dump())) return leave(socket, successor);
      why = "it has ended as soon as it was ready";
    }
    // An end without a word would mean that this process is no more.
    socket.send(refused("withdrawn", why));
    note(name_of(successor) + " does not take over: " + why);
  }

  // Nothing that the successor has is kept here: should it die while this process finishes, the
  // next one finds neither a lock that is held nor a rendezvous at which nobody answers. The
  // sockets go first, for whoever gets the lock binds.
  void leave(const MessageSocket& socket, const Introduction& successor) {
    taken_ = true;
    parts_.server.hand_over();
    for (http::InstanceLock* lock : parts_.locks) lock->leave_file();
    parts_.rendezvous.close();
    parts_.taken(successor);
    // Its end, for it has nothing to say any more.
    [[maybe_unused]] const auto end =
        socket.receive(parts_.clock.steady() + kLastWord, parts_.clock, -1);
  }

  MessageSocket::Received receive(const MessageSocket& socket,
                                  std::chrono::milliseconds patience) const {
    return socket.receive(parts_.clock.steady() + patience, parts_.clock, wake_.number());
  }

  static posix::Descriptor duplicate(const posix::Descriptor& file) {
    posix::Descriptor copy(::dup(file.number()));
    if (!copy.valid()) throw std::system_error(errno, std::generic_category(), "dup");
    return copy;
  }

  static std::string name_of(const Introduction& successor) {
    return successor.program + " " + successor.version + " (process " +
           std::to_string(successor.process) + ")";
  }

  Offer::Parts parts_;
  posix::Descriptor begin_;
  posix::Descriptor wake_;
  std::filesystem::path file_;
  bool takes_file_away_ = false;
  std::atomic<bool> has_begun_ = false;  ///< hands the locks over to the thread
  std::atomic<bool> taken_ = false;
  std::thread thread_;
};

Offer::Offer(Parts parts) : thread_(std::make_unique<Thread>(std::move(parts))) {}
Offer::~Offer() = default;
void Offer::begin() noexcept { thread_->begin(); }
bool Offer::taken() const noexcept { return thread_->taken(); }

}  // namespace banyan::succession
