// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/http/message.hpp"

namespace banyan::strangler {

/// Told what passes through a forwarded exchange, for who keeps some of it. On the exchange's loop;
/// must neither block nor throw, and holds nobody up: what it has no room for is its own to drop.
class ExchangeTap {
 public:
  virtual ~ExchangeTap() = default;

  /// A piece of the request's body, once, in order.
  virtual void request_piece(std::string_view bytes) = 0;
  /// The final head of the answer, as it goes to the client.
  virtual void answer_head(const http::ResponseHead& head) = 0;
  /// A piece of the answer's body, in order.
  virtual void answer_piece(std::string_view bytes) = 0;
};

}  // namespace banyan::strangler
