// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Buffer.h>
#include <Poco/Net/HTTPSession.h>

#include <cstddef>
#include <string_view>

#include "banyan/http/parser.hpp"

namespace banyan::poco_http {

/// The bytes behind a head as they came: what the session has read ahead, then the socket's. Poco's
/// own streams hide where a body ended, so they are not used. What has been taken from the session
/// and is not used up (unread()) is lost to it: then the connection is not used again.
class SessionBytes {
 public:
  /// The session must outlive it.
  explicit SessionBytes(Poco::Net::HTTPSession& session);

  std::string_view unread() const { return {buffer_.begin() + begin_, end_ - begin_}; }
  void consume(std::size_t size) { begin_ += size; }
  /// Waits for more; false when there will be none. Throws as the socket does. Views of unread()
  /// end.
  bool more();

 private:
  Poco::Net::HTTPSession* session_;
  Poco::Buffer<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// The next step of a parser that has read the head; never NeedMore. At the end of the connection
/// it is Refused as the parser says. Throws as the socket does.
template <class Parser>
http::Step next_step(Parser& parser, SessionBytes& bytes) {
  while (true) {
    const http::Step step = parser.step(bytes.unread());
    bytes.consume(step.consumed);
    if (step.kind != http::Step::Kind::NeedMore) return step;
    if (!bytes.more()) {
      parser.close();
      return {http::Step::Kind::Refused, 0, {}};
    }
  }
}

}  // namespace banyan::poco_http
