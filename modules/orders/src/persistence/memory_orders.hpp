// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/order_store.hpp"

namespace orders {

/// Orders in maps.
std::unique_ptr<OrderStore> make_memory_order_store(const banyan::Clock& clock);

}  // namespace orders
