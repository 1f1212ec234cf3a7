// SPDX-License-Identifier: Apache-2.0
#include "socket_connection.hpp"

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

SocketConnection::SocketConnection(std::shared_ptr<LoopCore> loop, posix::Descriptor socket)
    : loop_(std::move(loop)),
      socket_(std::move(socket)),
      phase_(socket_.valid() ? Phase::Established : Phase::Unconnected) {}

SocketConnection::~SocketConnection() = default;

void SocketConnection::on_connected(int) {}

std::error_code SocketConnection::attach(std::unique_ptr<TransportSocket> transport) {
  if (transport) {
    own_transport_ = std::move(transport);
    transport_ = own_transport_.get();
  }
  return watch();
}

std::error_code SocketConnection::watch() {
  const std::error_code failure =
      loop_->reactor().watch(socket_.number(), *this, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
  if (!failure) self_ = shared_from_this();
  return failure;
}

void SocketConnection::connect(posix::Descriptor socket, const void* address,
                               std::size_t address_size,
                               std::unique_ptr<TransportSocket> transport) {
  if (self_) loop_->reactor().forget(socket_.number(), *this);
  socket_ = std::move(socket);
  phase_ = Phase::Connecting;
  // What was told of the socket before this one.
  peer_side_ = PeerSide::Open;
  readable_ = writable_ = false;
  const int done = ::connect(socket_.number(), static_cast<const sockaddr*>(address),
                             static_cast<socklen_t>(address_size));
  int error = done != 0 && errno != EINPROGRESS ? errno : 0;
  if (error == 0) error = attach(std::move(transport)).value();
  if (error == 0) return;
  phase_ = Phase::Unconnected;
  loop_->post([self = shared_from_this(), error] {
    self->run([&] {
      if (self->open()) self->on_connected(error);
    });
  });
}

void SocketConnection::stop_connecting() {
  phase_ = Phase::Unconnected;
  if (self_) loop_->reactor().forget(socket_.number(), *this);
  socket_.close();
  if (self_) loop_->bury(std::move(self_));
  transport_ = &PlainTransportSocket::instance();
  own_transport_ = nullptr;
}

void SocketConnection::finish_connecting() {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error == 0 && own_transport_) {
    phase_ = Phase::Handshaking;
    return greet();
  }
  phase_ = error == 0 ? Phase::Established : Phase::Unconnected;
  on_connected(error);
}

void SocketConnection::greet() {
  const Moved moved = transport_->greet(socket_.number());
  if (moved.kind == Moved::Kind::Blocked) return;
  const bool established = moved.kind == Moved::Kind::Some;
  phase_ = established ? Phase::Established : Phase::Unconnected;
  // The transport may hold bytes that no event will tell of.
  readable_ = writable_ = true;
  on_connected(established ? 0 : EPROTO);
}

void SocketConnection::ready(std::uint32_t events) {
  constexpr std::uint32_t kEnds = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((events & kEnds) != 0 && peer_side_ == PeerSide::Open) peer_side_ = PeerSide::Ending;
  if ((events & (EPOLLIN | kEnds)) != 0) readable_ = true;
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) writable_ = true;
  if (!transport_->short_read_means_dry()) readable_ = writable_ = true;
  if (phase_ == Phase::Connecting) {
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) finish_connecting();
    return;
  }
  if (phase_ == Phase::Handshaking) return greet();
  if ((events & EPOLLERR) != 0 && input_ended()) on_broken();
  if (!open()) return;
  if (write_side_ == WriteSide::Sending) continue_sending();
  read_on();
}

void SocketConnection::soon() { loop_->soon(*this); }

void SocketConnection::due() {
  if (!open()) return;
  if (write_side_ == WriteSide::Sent) {
    write_side_ = WriteSide::Idle;
    on_sent();
  } else if (write_side_ == WriteSide::Failed) {
    write_side_ = WriteSide::Idle;
    on_send_failed();
  }
  if (open() && std::exchange(call_wanted_, false)) on_soon();
  read_on();
}

bool SocketConnection::input_waits() const {
  char first = 0;
  return open() && ::recv(socket_.number(), &first, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void SocketConnection::want_input(std::size_t most) {
  if (input_ended() || !open()) return;
  most_ = most;
  wanted_ = true;
  release_empty_buffer();
  if (readable_ && !reading_on_) soon();
}

void SocketConnection::release_empty_buffer() {
  if (pinned_ || begin_ != end_) return;
  begin_ = end_ = 0;
  if (in_.size != 0) loop_->buffers().give(std::exchange(in_, {}));
}

bool SocketConnection::make_room() {
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

void SocketConnection::adapt_to(std::size_t bytes, bool filled) {
  if (filled || bytes > BufferPool::kSizes[0]) {
    next_size_ = BufferPool::kSizes[1];
    small_reads_ = 0;
  } else if (next_size_ != BufferPool::kSizes[0] && ++small_reads_ == kSmallReadsInARow) {
    next_size_ = BufferPool::kSizes[0];
  }
}

void SocketConnection::read_on() {
  if (reading_on_) return;
  reading_on_ = true;
  for (int turn = 0; wanted_ && readable_ && can_read(); ++turn) {
    if (turn == kReadsInARow) {
      soon();
      break;
    }
    if (!make_room()) {
      wanted_ = false;
      break;
    }
    const std::span<char> room(in_.bytes.get() + end_, in_.size - end_);
    const Moved moved = transport_->read(socket_.number(), room);
    if (moved.kind == Moved::Kind::Blocked) {
      readable_ = false;
      break;
    }
    wanted_ = false;
    if (moved.kind != Moved::Kind::Some) {
      peer_side_ = PeerSide::Ended;
      on_input_end(moved.kind == Moved::Kind::End);
      break;
    }
    end_ += moved.bytes;
    const bool filled = moved.bytes == room.size();
    adapt_to(moved.bytes, filled);
    if (!filled && peer_side_ == PeerSide::Open && transport_->short_read_means_dry())
      readable_ = false;
    on_input();
  }
  reading_on_ = false;
  if (open() && wanted_) release_empty_buffer();
}

void SocketConnection::send(std::string_view piece, std::string_view tail, Then then) {
  sending_ = std::exchange(out_, {});
  if (!sending_.empty() && piece.size() + tail.size() <= kCopied) {
    sending_.append(piece).append(tail);
    piece = tail = {};
  }
  parts_ = {sending_, piece, tail};
  then_ = then;
  write_side_ = WriteSide::Sending;
  if (writable_) continue_sending();
}

void SocketConnection::continue_sending() {
  while (true) {
    const Moved moved = transport_->write(socket_.number(), parts_, then_);
    if (moved.kind == Moved::Kind::Blocked) {
      writable_ = false;
      return;
    }
    if (moved.kind != Moved::Kind::Some) {
      write_side_ = WriteSide::Failed;
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
      write_side_ = WriteSide::Sent;
      if (then_ == Then::End) shut_sending();
      loop_->texts().give(std::exchange(sending_, {}));
      return soon();
    }
    on_send_progress();
  }
}

void SocketConnection::failed() noexcept {
  const auto self = shared_from_this();
  reading_on_ = false;
  loop_->contain([this] { on_fault(); });
  if (open()) let_go();
}

void SocketConnection::close() {
  if (!open()) return;
  // By TLS an end is said, or else it is a cut. For a plain socket the system says it.
  const bool in_peace = phase_ == Phase::Established && !sending() && !input_ended();
  if (own_transport_ && in_peace) shut_sending();
  let_go();
}

void SocketConnection::let_go() {
  phase_ = Phase::Closed;
  if (self_) loop_->reactor().forget(socket_.number(), *this);
  socket_.close();
  if (self_) loop_->bury(std::move(self_));
}

void SocketConnection::reset() {
  if (!open()) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  let_go();
}

void SocketConnection::shut_sending() {
  if (!open() || std::exchange(sending_shut_, true)) return;
  transport_->shut_sending(socket_.number());
}

}  // namespace banyan::http
