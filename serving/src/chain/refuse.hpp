// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/http/message.hpp"
#include "banyan/kernel/error.hpp"
#include "chain/chain.hpp"

namespace banyan::serving {

/// Ends a request that does not reach its target: answers with problem details and the correlation
/// id, and has it recorded like all others. On the loop.
Step refuse(Outcomes& outcomes, const TransactionPtr& transaction, const Error& error);
/// The same with an answer that was made by `error` and has fields of its own.
Step refuse(Outcomes& outcomes, const TransactionPtr& transaction, const Error& error,
            http::Response answer);

}  // namespace banyan::serving
