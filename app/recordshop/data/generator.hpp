// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "data/shop_data.hpp"

namespace recordshop {

struct GeneratorOptions {
  std::uint64_t seed = 1;
  std::int64_t tracks = 2'000;  ///< at least 1; everything else is in proportion
};

/// Records made up from a seed: the same for the same options on every machine, in any size.
/// A few of them are hot: everybody wants them, and there are only a few copies.
std::unique_ptr<ShopData> make_generated_data(const GeneratorOptions& options);

}  // namespace recordshop
