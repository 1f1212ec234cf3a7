// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "payments/provider.hpp"

namespace recordshop {

/// Selling on account: what the shop does while it has no provider. Whoever pays is sent an
/// invoice, up to `limit` minor units of whatever currency; more is declined. No money moves, and
/// it keeps no books: each answer follows from its question, and look_up() knows nothing, so that
/// what became unknown is asked again.
std::unique_ptr<payments::Provider> make_on_account_provider(std::int64_t limit);

}  // namespace recordshop
