// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/StreamSocketImpl.h>

#include <chrono>
#include <cstdint>

#include "banyan/kernel/clock.hpp"

namespace banyan::poco_http {

/// A socket whose calls are over at a point in time. Poco's time-outs are those of one call each,
/// so that a peer who sends a byte now and then is waited for without an end; here each call gets
/// what is left, and Poco::TimeoutException comes when nothing is. One thread at a time.
class DeadlineSocket : public Poco::Net::StreamSocketImpl {
 public:
  DeadlineSocket() = default;
  explicit DeadlineSocket(poco_socket_t connected) : StreamSocketImpl(connected) {}

  void receive_until(SteadyTime deadline) { receive_until_ = deadline; }
  void send_until(SteadyTime deadline) { send_until_ = deadline; }
  /// How long the peer may take nothing at all of what is sent.
  void send_patience(std::chrono::milliseconds patience) { send_patience_ = patience; }

  /// Since the last reset().
  std::uint64_t sent() const { return sent_; }
  std::uint64_t received() const { return received_; }
  /// The peer has closed its side.
  bool ended() const { return ended_; }
  void reset_counts() { sent_ = received_ = 0; }

  using StreamSocketImpl::receiveBytes;
  using StreamSocketImpl::sendBytes;
  int sendBytes(const void* buffer, int length, int flags) override;
  int receiveBytes(void* buffer, int length, int flags) override;

 protected:
  ~DeadlineSocket() override = default;

 private:
  SteadyTime receive_until_ = SteadyTime::max();
  SteadyTime send_until_ = SteadyTime::max();
  std::chrono::milliseconds send_patience_ = std::chrono::hours(1);
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  bool ended_ = false;
};

/// The same for a server: the head of a request has to come within `head_time` of its first byte.
class ServedSocket final : public DeadlineSocket {
 public:
  ServedSocket(poco_socket_t connected, std::chrono::milliseconds head_time)
      : DeadlineSocket(connected), head_time_(head_time) {}

  /// From now on the next head may take its time.
  void expect_head();

  /// HTTPServer waits for the next request by this.
  bool poll(const Poco::Timespan& timeout, int mode) override;

 protected:
  ~ServedSocket() override = default;

 private:
  const std::chrono::milliseconds head_time_;
};

}  // namespace banyan::poco_http
