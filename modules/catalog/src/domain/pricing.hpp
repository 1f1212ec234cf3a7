// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/money.hpp"

namespace catalog {

/// The price that replaces `old`: nothing is cheaper than free or dearer than a million, and a
/// track stays in its currency. "catalog.bad_price", "catalog.currency_differs".
banyan::Result<banyan::Money> new_price(const banyan::Money& old, const banyan::Money& wanted);

}  // namespace catalog
