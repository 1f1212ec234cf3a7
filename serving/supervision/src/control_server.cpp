// SPDX-License-Identifier: Apache-2.0
#include "control_server.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "state_folder.hpp"

namespace banyan::supervision {
namespace {

constexpr std::size_t kLongestQuestion = 4096;

void send_all(int socket, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t more = ::send(socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0 && errno == EAGAIN) {
      // Who asks reads; one that does not is not waited for long.
      pollfd writable{socket, POLLOUT, 0};
      if (::poll(&writable, 1, 1'000) == 1) continue;
    }
    if (more <= 0) return;
    sent += static_cast<std::size_t>(more);
  }
}

}  // namespace

ControlServer::ControlServer(const std::filesystem::path& folder, Answerer answer)
    : folder_(folder), answer_(std::move(answer)), listener_(listen_in(folder)) {}

ControlServer::~ControlServer() { ::unlink((folder_ / "control").c_str()); }

void ControlServer::add_to(std::vector<pollfd>& wanted) const {
  wanted.push_back({listener_.number(), POLLIN, 0});
  for (const Caller& each : callers_) wanted.push_back({each.socket.number(), POLLIN, 0});
}

bool ControlServer::serve() {
  asked_ = false;
  while (true) {
    posix::Descriptor socket(
        ::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.valid()) break;
    callers_.push_back({.socket = std::move(socket)});
  }
  std::erase_if(callers_, [this](Caller& caller) { return finished(caller); });
  return asked_;
}

bool ControlServer::finished(Caller& caller) {
  char piece[1024];
  ssize_t got = 0;
  while ((got = ::read(caller.socket.number(), piece, sizeof piece)) > 0) {
    caller.text.append(piece, static_cast<std::size_t>(got));
    if (caller.text.size() > kLongestQuestion) return true;
  }
  if (got == 0 || (errno != EAGAIN && errno != EINTR)) return true;  // it has gone
  const bool first = caller.question.is_null();
  if (first) {
    if (!caller.text.contains('\n')) return false;
    caller.question = Json::parse(caller.text, nullptr, false);
    if (!caller.question.is_object()) return true;
    asked_ = true;
  }
  const auto answer = answer_(caller.question, first);
  if (!answer) return false;
  send_all(caller.socket.number(), answer->dump(-1, ' ', false, Json::error_handler_t::replace));
  return true;
}

}  // namespace banyan::supervision
