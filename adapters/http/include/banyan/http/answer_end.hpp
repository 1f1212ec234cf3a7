// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace banyan::http {

/// How an answer may end.
enum class AnswerEnd : std::uint8_t {
  IsTold,               ///< by a length or by chunks: it is complete, or there is none
  MayBeTheConnections,  ///< with the connection, too, as old programs end theirs: one that was cut
                        ///< short looks complete. For what people look at, not for what is computed
                        ///< with
};

}  // namespace banyan::http
