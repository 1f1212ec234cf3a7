// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "load/arrivals.hpp"
#include "load/load.hpp"

namespace recordshop::load {

/// Plans the first step of a person who comes at that time; the others follow from it. What the
/// person does comes from `seed`. `load` must outlive what is planned.
void begin_session(Load& load, Arrivals& arrivals, Arrivals::Clock::time_point time,
                   std::uint64_t number, std::uint64_t seed);

}  // namespace recordshop::load
