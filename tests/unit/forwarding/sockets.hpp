// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace banyan::test {

/// A TCP connection that does exactly what it is told: the other side of HTTP, polite or not.
/// Blocking; everything gives up after a few seconds by throwing std::runtime_error.
class Peer {
 public:
  explicit Peer(int descriptor);
  /// To the loopback interface.
  static Peer connect(std::uint16_t port);
  /// As a client at 127.0.0.`address`.
  static Peer connect_from(std::uint8_t address, std::uint16_t port);
  static Peer connect_v6(std::uint16_t port);
  static Peer connect_unix(const std::string& path);
  ~Peer();
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&& other) noexcept;

  void send(std::string_view bytes);
  /// Sends until the other side has taken nothing for `patience`; how many bytes of it went.
  std::size_t send_until_stalled(std::string_view bytes, std::chrono::milliseconds patience);

  /// All up to and with the marker; what comes after it stays for the next read.
  std::string read_until(std::string_view marker);
  std::string read_head() { return read_until("\r\n\r\n"); }
  std::string read_exactly(std::size_t bytes);
  /// Counts instead of keeping.
  void skip_exactly(std::size_t bytes);
  /// To the end of the connection; `reset` when it was broken rather than ended.
  struct Rest {
    std::string text;
    bool reset = false;
  };
  Rest read_to_end();

  /// Hands the descriptor on; nothing must have been read.
  int release() { return std::exchange(descriptor_, -1); }
  void shut_sending();
  void close();
  /// Ends the connection with a RST.
  void reset();

 private:
  bool fill();
  int descriptor_ = -1;
  std::string unread_;
};

/// Listens on a loopback port of its own.
class Listener {
 public:
  Listener();
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const { return port_; }
  Peer accept();
  /// Nothing when nobody comes in time.
  std::optional<Peer> accept_within(std::chrono::milliseconds patience);

 private:
  int descriptor_ = -1;
  std::uint16_t port_ = 0;
};

/// An answer as a client sees it.
struct Seen {
  unsigned status = 0;
  std::string head;  ///< with the empty line
  std::string body;
  /// The value of a header field; "" when it is not there.
  std::string field(std::string_view name) const;
};

/// Reads one answer with its body (by length, chunks, or to the end of the connection).
Seen read_answer(Peer& peer, bool to_head = false);
/// One request on a connection of its own.
Seen ask(std::uint16_t port, std::string_view request);
Seen ask(Peer peer, std::string_view request);
Seen get(std::uint16_t port, std::string_view target, std::string_view more_fields = {});

}  // namespace banyan::test
