// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

namespace banyan::http {
namespace {

/// After so many reads in a row the others on the loop have their turn.
constexpr int kReadsInARow = 8;
/// Whoever has sent more than usual gets more room, until so many reads in a row have not needed
/// it.
constexpr int kSmallReadsInARow = 8;

}  // namespace

Wire::Wire(std::shared_ptr<LoopCore> loop, Descriptor socket)
    : loop_(std::move(loop)), socket_(std::move(socket)) {}

Wire::~Wire() = default;

void Wire::on_connected(int) {}

std::error_code Wire::attach(std::unique_ptr<Channel> channel) {
  if (channel) {
    own_channel_ = std::move(channel);
    channel_ = own_channel_.get();
  }
  return watch();
}

std::error_code Wire::watch() {
  const std::error_code failure =
      loop_->reactor().watch(socket_.number(), *this, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
  if (!failure) self_ = shared_from_this();
  return failure;
}

void Wire::connect(Descriptor socket, const void* address, std::size_t address_size,
                   std::unique_ptr<Channel> channel) {
  if (self_) loop_->reactor().forget(socket_.number(), *this);
  socket_ = std::move(socket);
  connecting_ = true;
  greeting_ = false;
  const int done = ::connect(socket_.number(), static_cast<const sockaddr*>(address),
                             static_cast<socklen_t>(address_size));
  int error = done != 0 && errno != EINPROGRESS ? errno : 0;
  if (error == 0) error = attach(std::move(channel)).value();
  if (error == 0) return;
  connecting_ = false;
  loop_->post([self = shared_from_this(), error] {
    self->run([&] {
      if (self->open_) self->on_connected(error);
    });
  });
}

void Wire::finish_connecting() {
  connecting_ = false;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0 || !own_channel_) return on_connected(error);
  greeting_ = true;
  greet();
}

void Wire::greet() {
  const Moved moved = channel_->greet(socket_.number());
  if (moved.kind == Moved::Kind::Blocked) return;
  greeting_ = false;
  // The channel may hold bytes that no event will tell of.
  readable_ = writable_ = true;
  on_connected(moved.kind == Moved::Kind::Some ? 0 : EPROTO);
}

void Wire::ready(std::uint32_t events) {
  constexpr std::uint32_t kEnds = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((events & kEnds) != 0) ending_ = true;
  if ((events & (EPOLLIN | kEnds)) != 0) readable_ = true;
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) writable_ = true;
  if (!channel_->short_read_means_dry()) readable_ = writable_ = true;
  if (connecting_) {
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) finish_connecting();
    return;
  }
  if (greeting_) return greet();
  if ((events & EPOLLERR) != 0 && input_ended_) on_broken();
  if (!open_) return;
  if (sending_now_ && send_result_ == SendResult::Pending) continue_sending();
  read_on();
}

void Wire::soon() { loop_->soon(*this); }

void Wire::due() {
  if (!open_) return;
  if (sending_now_ && send_result_ != SendResult::Pending) {
    sending_now_ = false;
    if (std::exchange(send_result_, SendResult::Pending) == SendResult::Sent) {
      on_sent();
    } else {
      on_send_failed();
    }
  }
  if (open_ && std::exchange(call_wanted_, false)) on_soon();
  read_on();
}

void Wire::want_input(std::size_t most) {
  if (input_ended_ || !open_) return;
  most_ = most;
  wanted_ = true;
  release_empty_buffer();
  if (readable_ && !reading_on_) soon();
}

void Wire::release_empty_buffer() {
  if (pinned_ || begin_ != end_) return;
  begin_ = end_ = 0;
  if (in_.size != 0) loop_->buffers().give(std::exchange(in_, {}));
}

bool Wire::make_room() {
  if (pinned_) return end_ < in_.size;
  if (in_.size == 0) {
    in_ = loop_->buffers().take(std::min(next_size_, std::max(most_, BufferPool::kSizes[0])));
    return true;
  }
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ < in_.size) return true;
  if (begin_ != 0) {
    std::memmove(in_.bytes.get(), in_.bytes.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    return true;
  }
  if (in_.size >= most_) return false;
  Buffer larger = loop_->buffers().take(std::min(most_, in_.size * 2));
  std::memcpy(larger.bytes.get(), in_.bytes.get(), end_);
  loop_->buffers().give(std::exchange(in_, std::move(larger)));
  return true;
}

void Wire::adapt_to(std::size_t bytes, bool filled) {
  if (filled || bytes > BufferPool::kSizes[0]) {
    next_size_ = BufferPool::kSizes[1];
    small_reads_ = 0;
  } else if (next_size_ != BufferPool::kSizes[0] && ++small_reads_ == kSmallReadsInARow) {
    next_size_ = BufferPool::kSizes[0];
  }
}

void Wire::read_on() {
  if (reading_on_) return;
  reading_on_ = true;
  for (int turn = 0; open_ && wanted_ && readable_ && !input_ended_ && !connecting_; ++turn) {
    if (turn == kReadsInARow) {
      soon();
      break;
    }
    if (!make_room()) {
      wanted_ = false;
      break;
    }
    const std::span<char> room(in_.bytes.get() + end_, in_.size - end_);
    const Moved moved = channel_->read(socket_.number(), room);
    if (moved.kind == Moved::Kind::Blocked) {
      readable_ = false;
      break;
    }
    wanted_ = false;
    if (moved.kind != Moved::Kind::Some) {
      input_ended_ = true;
      on_input_end(moved.kind == Moved::Kind::End);
      break;
    }
    end_ += moved.bytes;
    const bool filled = moved.bytes == room.size();
    adapt_to(moved.bytes, filled);
    if (!filled && !ending_ && channel_->short_read_means_dry()) readable_ = false;
    on_input();
  }
  reading_on_ = false;
  if (open_ && wanted_) release_empty_buffer();
}

void Wire::send(std::string_view piece, std::string_view tail, Then then) {
  sending_ = std::exchange(out_, {});
  if (!sending_.empty() && piece.size() + tail.size() <= kCopied) {
    sending_.append(piece).append(tail);
    piece = tail = {};
  }
  parts_ = {sending_, piece, tail};
  then_ = then;
  sending_now_ = true;
  send_result_ = SendResult::Pending;
  if (writable_) continue_sending();
}

void Wire::continue_sending() {
  while (true) {
    const Moved moved = channel_->write(socket_.number(), parts_, then_);
    if (moved.kind == Moved::Kind::Blocked) {
      writable_ = false;
      return;
    }
    if (moved.kind != Moved::Kind::Some) {
      send_result_ = SendResult::Failed;
      return soon();
    }
    std::size_t size = moved.bytes;
    bool left = false;
    for (std::string_view& part : parts_) {
      const std::size_t taken = std::min(size, part.size());
      part.remove_prefix(taken);
      size -= taken;
      left = left || !part.empty();
    }
    if (!left) {
      send_result_ = SendResult::Sent;
      if (then_ == Then::End) shut_sending();
      loop_->texts().give(std::exchange(sending_, {}));
      return soon();
    }
    on_send_progress();
  }
}

void Wire::failed() noexcept {
  const auto self = shared_from_this();
  reading_on_ = false;
  loop_->contain([this] { on_fault(); });
  if (open_) let_go();
}

void Wire::close() {
  if (!open_) return;
  // By TLS an end is said, or else it is a cut. For a plain socket the system says it.
  const bool in_peace = !connecting_ && !greeting_ && !sending_now_ && !input_ended_;
  if (own_channel_ && in_peace) shut_sending();
  let_go();
}

void Wire::let_go() {
  open_ = false;
  if (self_) loop_->reactor().forget(socket_.number(), *this);
  socket_.close();
  if (self_) loop_->bury(std::move(self_));
}

void Wire::reset() {
  if (!open_) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  let_go();
}

void Wire::shut_sending() {
  if (!open_ || std::exchange(sending_shut_, true)) return;
  channel_->shut_sending(socket_.number());
}

}  // namespace banyan::http
