// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/http/client.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan::binding {

/// May a request be sent a second time when its outcome is unknown? (kernel: safe_to_repeat)
using Repeat = http::Repeat;

/// "true" in an answer to a later try than the first, where one before may have arrived: put there
/// by the transport, not by the other side.
inline constexpr std::string_view kAskedBeforeField = "Banyan-Asked-Before";

/// Where a remote binding sends its requests: the network seam. Puts the context into the
/// request's headers itself. Blocks until the answer is there or the context's deadline passes;
/// safe for concurrent use.
class RpcTransport {
 public:
  virtual ~RpcTransport() = default;

  /// The answer of the other side, also when it is an error answer; see kAskedBeforeField. Without
  /// any answer:
  /// Unavailable or DeadlineExceeded; for a write that may mean that it happened, unless the
  /// error's `never_sent` is set.
  virtual Result<http::Response> exchange(http::Request request, const Context& context,
                                          Repeat repeat) = 0;
};

}  // namespace banyan::binding
