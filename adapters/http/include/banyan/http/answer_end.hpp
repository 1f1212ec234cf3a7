// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>

#include "banyan/http/client.hpp"

namespace banyan::http {

/// How an answer may end.
enum class AnswerEnd : std::uint8_t {
  IsTold,               ///< by a length or by chunks: it is complete, or there is none
  MayBeTheConnections,  ///< with the connection, too, as old programs end theirs: one that was cut
                        ///< short looks complete. For what people look at, not for what is computed
                        ///< with
};

/// ask(), of somebody whose answers end so.
std::expected<Response, ClientFailure> ask(Loop& loop, Upstreams& upstreams,
                                           const Endpoint& endpoint, const Request& request,
                                           SteadyTime deadline, Repeat repeat, AnswerEnd end);

}  // namespace banyan::http
