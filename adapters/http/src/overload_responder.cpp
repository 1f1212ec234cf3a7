// SPDX-License-Identifier: Apache-2.0
#include "overload_responder.hpp"

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <system_error>
#include <utility>

namespace banyan::http {
namespace {

constexpr std::chrono::milliseconds kTime{1'000};
constexpr std::size_t kDropped = 64 * 1024;
constexpr std::size_t kPiece = BufferPool::kSizes[0];

}  // namespace

void OverloadResponder::tell(const std::shared_ptr<LoopCore>& loop, posix::Descriptor socket,
                             const std::shared_ptr<Serving>& serving, std::string_view answer) {
  if (serving->leaving.fetch_add(1) >= kMost) {
    --serving->leaving;
    [[maybe_unused]] const ssize_t sent =
        ::send(socket.number(), answer.data(), answer.size(), MSG_NOSIGNAL);
    return;
  }
  std::make_shared<OverloadResponder>(loop, std::move(socket), serving)->start(answer);
}

OverloadResponder::OverloadResponder(std::shared_ptr<LoopCore> on, posix::Descriptor socket,
                                     std::shared_ptr<Serving> serving)
    : SocketConnection(std::move(on), std::move(socket)),
      serving_(std::move(serving)),
      time_(loop().timers(), [this] { close(); }) {}

OverloadResponder::~OverloadResponder() { --serving_->leaving; }

void OverloadResponder::start(std::string_view answer) {
  if (const std::error_code failure = attach()) {
    serving_->fault("cannot watch a connection: " + failure.message());
    return close();
  }
  time_.set(kTime);
  outgoing() = answer;
  send();
  want_input(kPiece);
}

void OverloadResponder::on_input() {
  dropped_ += unread().size();
  consume(unread().size());
  if (dropped_ > kDropped) return close();
  want_input(kPiece);
}

void OverloadResponder::on_input_end(bool clean) {
  if (!clean || !sending()) close();
}

void OverloadResponder::on_sent() {
  if (input_ended()) return close();
  shut_sending();
}

}  // namespace banyan::http
