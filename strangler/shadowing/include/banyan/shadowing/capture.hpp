// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/forwarding/exchange_tap.hpp"
#include "banyan/http/message.hpp"
#include "banyan/shadowing/copy_counts.hpp"
#include "banyan/shadowing/room.hpp"

namespace banyan::strangler {

/// What is kept of a request and its answer until both were asked of the other side and compared.
/// When one of the limits is passed all of it goes at once, and only the reason stays. One thread
/// at a time.
class Capture final : public ExchangeTap {
 public:
  struct Limits {
    std::uint64_t request = 0;  ///< bytes of the request's body
    std::uint64_t answer = 0;   ///< bytes of an answer's body
    std::uint64_t memory = 0;   ///< of `room`, with all others
  };
  /// `room` must outlive it.
  Capture(const http::RequestHead& head, const Limits& limits, Room& room);

  void request_piece(std::string_view bytes) override;
  void answer_head(const http::ResponseHead& head) override;
  void answer_piece(std::string_view bytes) override;
  /// The answer of the other side becomes so much longer.
  bool other_piece(std::uint64_t bytes);

  /// Why there is nothing left of it, if there is not.
  std::optional<CopyDropped> dropped() const { return dropped_; }
  void drop(CopyDropped reason);

  const std::shared_ptr<http::Request>& request() const { return request_; }
  http::Response& answer() { return answer_; }
  std::uint64_t bytes() const { return taken_.amount(); }

 private:
  bool grow(std::uint64_t bytes);

  Limits limits_;
  Taken taken_;
  std::shared_ptr<http::Request> request_;
  http::Response answer_;
  std::uint64_t other_bytes_ = 0;
  std::optional<CopyDropped> dropped_;
};

}  // namespace banyan::strangler
