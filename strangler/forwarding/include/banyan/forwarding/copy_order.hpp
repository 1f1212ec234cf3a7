// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "banyan/forwarding/forwarded_head.hpp"
#include "banyan/forwarding/outcome.hpp"
#include "banyan/forwarding/rewriting.hpp"
#include "banyan/http/endpoint.hpp"
#include "banyan/http/fields.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/tracing.hpp"
#include "banyan/upstream/group.hpp"

namespace banyan::strangler {

/// What a copy of a request says: a service that is asked so has nobody who waits for it. Clients
/// cannot say it, for what they send as `Banyan-*` never goes on.
inline constexpr std::string_view kCopyField = "Banyan-Shadow";

/// Why a copy has no answer.
struct CopyFailure {
  enum class Kind : std::uint8_t {
    Unwell,       ///< not sent: no instance that is well, or the breaker is not closed
    Paused,       ///< not sent: nobody takes connections there, see upstream::ConnectPause
    Full,         ///< not sent: every instance has as many requests under way as it may
    TooLarge,     ///< the answer's body is longer than there was room for
    Stream,       ///< the answer is a stream of events, or switches protocols
    Unreachable,  ///< from here on: of the exchange itself
    Timeout,
    Closed,
    Protocol,
    Fault,  ///< of this process
  };
  Kind kind = Kind::Fault;
  std::string message{};
};
std::string_view to_string(CopyFailure::Kind kind);
/// Whether it says that the other side has failed; else nobody was asked, or nobody is to blame.
bool is_failure(CopyFailure::Kind kind);

/// The answer to a copy, as a client would have been sent it.
struct CopyAnswer {
  http::Response response;
  http::Endpoint endpoint;
  std::chrono::nanoseconds took{};
};

/// A request that has had its answer, to be asked once more elsewhere, for nobody but us.
struct CopyOrder {
  std::shared_ptr<upstream::Group> group;
  /// As the client sent it; trailers are left out.
  std::shared_ptr<const http::Request> request;
  http::Endpoint peer;
  bool by_tls = false;
  std::string request_id;
  const Rewriting* rewriting = nullptr;     ///< must live until `done`
  http::Fields request_fields{};            ///< in place of what is there under these names
  std::span<const std::string> withheld{};  ///< see ForwardOrder
  std::optional<RoutingStamp> routing{};
  Span span{};  ///< of the copy; finished with it
  SteadyTime deadline;
  /// On the loop, when an instance is asked: nobody has been before. May be empty.
  std::function<void()> sent{};
  /// May the answer's body be so many bytes longer? Empty: as long as it likes.
  std::function<bool(std::size_t bytes)> room{};
  /// On the loop; must not throw.
  std::move_only_function<void(std::expected<CopyAnswer, CopyFailure>)> done{};
};

}  // namespace banyan::strangler
