// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "loop_core.hpp"

namespace banyan::http {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// One TCP connection on one loop: a bounded buffer of what was read and not yet used, and one
/// write under way. Common to both sides of HTTP. On the loop only.
///
/// A read is kept waiting whenever there is room, so that a peer who goes away is noticed at once.
class Wire : public std::enable_shared_from_this<Wire> {
 public:
  Wire(std::shared_ptr<LoopCore> loop, Socket socket);
  virtual ~Wire() = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  LoopCore& loop() noexcept { return *loop_; }
  bool open() const noexcept { return open_; }

 protected:
  /// Bytes came: see unread().
  virtual void on_input() = 0;
  /// The peer closed its side (`clean`), or the connection broke.
  virtual void on_input_end(bool clean) = 0;
  /// Everything given to send() is with the kernel.
  virtual void on_sent() = 0;
  virtual void on_send_failed() = 0;
  /// The kernel took some of it.
  virtual void on_send_progress() = 0;

  Socket& socket() noexcept { return socket_; }

  std::string_view unread() const noexcept { return {in_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t bytes) noexcept { begin_ += bytes; }
  /// While a view of unread() is with somebody, nothing moves.
  void pin(bool pinned) noexcept { pinned_ = pinned; }
  /// Waits for input when there is room for it, at most `most` bytes in all.
  void want_input(std::size_t most);
  bool input_ended() const noexcept { return input_ended_; }

  /// Text to go before the next piece.
  std::string& outgoing() noexcept { return out_; }
  bool sending() const noexcept { return sending_now_; }
  /// Sends outgoing(), then `piece`, then `tail`, which both must live until on_sent(). Not while
  /// sending().
  void send(std::string_view piece = {}, std::string_view tail = {});

  /// Cancels everything; no callback of this class comes after it.
  void close();
  /// Close in such a way that the peer cannot take it for a proper end.
  void reset();
  void shut_sending();

 private:
  void continue_sending();

  std::shared_ptr<LoopCore> loop_;
  Socket socket_;
  bool open_ = true;
  bool reading_ = false;
  bool pinned_ = false;
  bool input_ended_ = false;
  bool sending_now_ = false;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::vector<char> in_;
  std::string out_;
  std::string sending_;
  std::array<std::string_view, 3> parts_;
};

}  // namespace banyan::http
