// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/id.hpp"
#include "banyan/kernel/random.hpp"

namespace recordshop {

/// A number that depends on nothing but these: the same on every machine and in every run.
inline std::uint64_t scrambled(std::uint64_t seed, std::uint64_t salt, std::uint64_t number) {
  banyan::SeededRandom outer(seed ^ (salt * 0x9e3779b97f4a7c15U));
  banyan::SeededRandom inner(outer.next() + number);
  return inner.next();
}

/// The id of the thing with this number. Its time part follows the number, so ids sort like
/// numbers.
template <class IdType>
IdType stable_id(std::uint64_t seed, std::uint64_t salt, std::int64_t number,
                 banyan::Timestamp epoch) {
  banyan::SeededRandom random(scrambled(seed, salt, static_cast<std::uint64_t>(number)));
  return IdType::make({epoch.micros + number * 1'000}, random);
}

}  // namespace recordshop
