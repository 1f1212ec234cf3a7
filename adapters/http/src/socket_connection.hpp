// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "banyan/posix/descriptor.hpp"
#include "buffer_pool.hpp"
#include "loop_core.hpp"
#include "transport_socket.hpp"

namespace banyan::http {

/// One connection on one loop: a bounded buffer of what was read and not yet used, and one write
/// under way. Common to both sides of HTTP. On the loop only.
///
/// Bytes are read whenever somebody wants them and there is room, so that a peer who goes away is
/// noticed at once; one system call a message each way, since readiness is told edge-triggered and
/// a read that does not fill its buffer has left nothing behind. While it is open and watched, the
/// loop keeps it alive.
class SocketConnection : public std::enable_shared_from_this<SocketConnection>,
                         protected Watched,
                         private Due {
 public:
  /// To copy so much costs less than to tell the kernel of another part.
  static constexpr std::size_t kCopied = 8192;

  /// With an open socket (call attach() next), or without one (see connect()).
  SocketConnection(std::shared_ptr<LoopCore> loop, posix::Descriptor socket);
  virtual ~SocketConnection();
  SocketConnection(const SocketConnection&) = delete;
  SocketConnection& operator=(const SocketConnection&) = delete;

  LoopCore& loop() const noexcept { return *loop_; }
  bool open() const noexcept { return phase_ != Phase::Closed; }
  /// Null when it is not by TLS.
  const TlsPeer* tls_peer() const noexcept { return transport_->tls_peer(); }
  /// Why the transport broke, if it knows better than the socket.
  std::string transport_trouble() const { return transport_->trouble(); }
  const EarlyRefusal* early_refusal() const noexcept { return transport_->early_refusal(); }

 protected:
  /// A connect() has come to its end, and what the transport has to say first; `error` is 0 or
  /// errno's number, EPROTO when the transport failed.
  virtual void on_connected(int error);
  /// Bytes came: see unread().
  virtual void on_input() = 0;
  /// The peer closed its side (`clean`), or the connection broke.
  virtual void on_input_end(bool clean) = 0;
  /// The connection broke after the peer had closed its side.
  virtual void on_broken() {}
  /// Everything given to send() is with the kernel.
  virtual void on_sent() = 0;
  virtual void on_send_failed() = 0;
  /// The kernel took some of it.
  virtual void on_send_progress() = 0;
  /// What call_soon() asked for.
  virtual void on_soon() {}
  /// Something that was about this connection has thrown: end it, in whatever state it is.
  virtual void on_fault() = 0;
  /// The loop has ended: close.
  void loop_ends() override = 0;

  /// Calls what is about this connection and nothing else: if it throws, the connection ends.
  template <class Call>
  void run(Call&& call) {
    if (!loop_->contain(std::forward<Call>(call))) failed();
  }

  /// on_soon(), when what is running on the loop has returned.
  void call_soon() {
    call_wanted_ = true;
    soon();
  }

  int socket() const noexcept { return socket_.number(); }

  /// Watches the socket, from now until close(). `transport` stands between it and the bytes; null:
  /// nothing does. An error when the system cannot watch another one: close() then.
  [[nodiscard]] std::error_code attach(std::unique_ptr<TransportSocket> transport = nullptr);
  /// Begins to connect a new socket, in place of one whose connecting failed; on_connected() tells,
  /// never from inside.
  void connect(posix::Descriptor socket, const void* address, std::size_t address_size,
               std::unique_ptr<TransportSocket> transport);

  /// A connect() is under way, on the network.
  bool connecting() const noexcept {
    return phase_ == Phase::Connecting || phase_ == Phase::Handshaking;
  }
  /// Gives that up: no on_connected() comes of it. Then connect() again, or close(). Not from
  /// inside a callback of this class.
  void stop_connecting();

  std::string_view unread() const noexcept { return {in_.bytes.get() + begin_, end_ - begin_}; }
  void consume(std::size_t bytes) noexcept { begin_ += bytes; }
  /// While a view of unread() is with somebody, nothing moves.
  void pin(bool pinned) noexcept { pinned_ = pinned; }
  /// Waits for input when there is room for it, at most `most` bytes in all.
  void want_input(std::size_t most);
  /// Has the kernel bytes that were not read yet? By TLS they need not be anything for on_input().
  bool input_waits() const;
  bool input_ended() const noexcept { return peer_side_ == PeerSide::Ended; }

  /// Text to go before the next piece.
  std::string& outgoing() {
    if (out_.empty() && out_.capacity() <= std::string().capacity()) out_ = loop_->texts().take();
    return out_;
  }
  bool has_outgoing() const noexcept { return !out_.empty(); }
  bool sending() const noexcept { return write_side_ != WriteSide::Idle; }
  /// Nothing that was given to send() is left here, even if on_sent() is still to come.
  bool with_the_kernel() const noexcept {
    return write_side_ == WriteSide::Idle || write_side_ == WriteSide::Sent;
  }
  /// Sends outgoing(), then `piece`, then `tail`, which both must live until on_sent(). Not while
  /// sending(). `then`: the sending side is shut when all is with the kernel.
  void send(std::string_view piece = {}, std::string_view tail = {}, Then then = Then::Nothing);

  /// Cancels everything; no callback of this class comes after it.
  void close();
  /// Close in such a way that the peer cannot take it for a proper end.
  void reset();
  void shut_sending();

 private:
  bool can_read() const noexcept {
    return (phase_ == Phase::Established || phase_ == Phase::Handshaking) && !input_ended();
  }
  void ready(std::uint32_t events) override;
  void due() override;
  void failed() noexcept final;
  [[nodiscard]] std::error_code watch();
  void finish_connecting();
  void greet();
  void let_go();
  void soon();
  void read_on();
  bool make_room();
  void adapt_to(std::size_t bytes, bool filled);
  void release_empty_buffer();
  void continue_sending();

  std::shared_ptr<LoopCore> loop_;
  posix::Descriptor socket_;
  std::unique_ptr<TransportSocket> own_transport_;
  TransportSocket* transport_ = &PlainTransportSocket::instance();
  std::shared_ptr<SocketConnection> self_;  ///< while watched

  /// How far the connection is.
  enum class Phase : std::uint8_t {
    Unconnected,  ///< there is no socket yet, or connecting it has failed
    Connecting,
    Handshaking,  ///< connected; the transport has something to say first
    Established,
    Closed,
  };
  /// What the peer may still say.
  enum class PeerSide : std::uint8_t {
    Open,
    Ending,  ///< its end is behind what can be read
    Ended,   ///< and was told
  };
  /// What send() has come to.
  enum class WriteSide : std::uint8_t {
    Idle,
    Sending,  ///< some of it is still here
    Sent,     ///< all of it is with the kernel, which is still to be told
    Failed,   ///< which is still to be told
  };
  Phase phase_ = Phase::Unconnected;
  PeerSide peer_side_ = PeerSide::Open;
  WriteSide write_side_ = WriteSide::Idle;
  bool sending_shut_ = false;
  Then then_ = Then::Nothing;  ///< after what is being sent

  // What the kernel has told of the socket, edge by edge.
  bool readable_ = false;  ///< there may be something
  bool writable_ = false;  ///< there may be room

  bool wanted_ = false;  ///< somebody wants input
  bool reading_on_ = false;
  bool pinned_ = false;
  bool call_wanted_ = false;

  Buffer in_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t most_ = 0;
  std::size_t next_size_ = BufferPool::kSizes[0];
  int small_reads_ = 0;
  std::string out_;
  std::string sending_;
  std::array<std::string_view, 3> parts_;
};

}  // namespace banyan::http
