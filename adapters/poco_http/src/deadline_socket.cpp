// SPDX-License-Identifier: Apache-2.0
#include "deadline_socket.hpp"

#include <Poco/Exception.h>
#include <sys/socket.h>

#include <algorithm>

namespace banyan::poco_http {
namespace {

using std::chrono::microseconds;

/// More would overflow; none is a time-out that has passed.
constexpr microseconds kMost = std::chrono::hours(24);

Poco::Timespan left_until(SteadyTime deadline) {
  const SteadyTime now = system_clock().steady();
  if (deadline <= now) throw Poco::TimeoutException("the deadline has passed");
  if (deadline >= now + kMost) return kMost.count();
  // A time-out of 0 would be none.
  return std::max(microseconds(1), std::chrono::duration_cast<microseconds>(deadline - now))
      .count();
}

}  // namespace

int DeadlineSocket::sendBytes(const void* buffer, int length, int flags) {
  const char* const bytes = static_cast<const char*>(buffer);
  int done = 0;
  while (done < length) {
    setSendTimeout(left_until(std::min(send_until_, system_clock().steady() + send_patience_)));
    // Of SocketImpl: StreamSocketImpl's own loop would give each part the whole time again.
    const int part = SocketImpl::sendBytes(bytes + done, length - done, flags | MSG_NOSIGNAL);
    sent_ += static_cast<std::uint64_t>(std::max(part, 0));
    done += part;
  }
  return done;
}

int DeadlineSocket::receiveBytes(void* buffer, int length, int flags) {
  setReceiveTimeout(left_until(receive_until_));
  const int size = StreamSocketImpl::receiveBytes(buffer, length, flags);
  received_ += static_cast<std::uint64_t>(std::max(size, 0));
  if (size == 0) ended_ = true;
  return size;
}

void ServedSocket::expect_head() { receive_until(system_clock().steady() + head_time_); }

bool ServedSocket::poll(const Poco::Timespan& timeout, int mode) {
  const bool ready = StreamSocketImpl::poll(timeout, mode);
  if (ready) expect_head();
  return ready;
}

}  // namespace banyan::poco_http
