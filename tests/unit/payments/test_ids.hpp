// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "banyan/kernel/random.hpp"
#include "payments/ids.hpp"

namespace payments {

/// The same id for the same number.
template <class IdType>
IdType id(std::uint64_t number) {
  banyan::SeededRandom random(number);
  return IdType::make({1}, random);
}

}  // namespace payments
