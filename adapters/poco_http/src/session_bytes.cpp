// SPDX-License-Identifier: Apache-2.0
#include "session_bytes.hpp"

#include <Poco/Net/StreamSocket.h>

#include <algorithm>
#include <cstring>

namespace banyan::poco_http {
namespace {

constexpr std::size_t kBuffer = 16 * 1024;

}  // namespace

SessionBytes::SessionBytes(Poco::Net::HTTPSession& session) : session_(&session), buffer_(0) {
  session.drainBuffer(buffer_);
  end_ = buffer_.size();
  buffer_.resize(std::max(end_, kBuffer));
}

bool SessionBytes::more() {
  std::memmove(buffer_.begin(), buffer_.begin() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ == buffer_.size()) buffer_.resize(2 * end_);
  const int size = session_->socket().receiveBytes(buffer_.begin() + end_,
                                                   static_cast<int>(buffer_.size() - end_));
  if (size <= 0) return false;
  end_ += static_cast<std::size_t>(size);
  return true;
}

}  // namespace banyan::poco_http
