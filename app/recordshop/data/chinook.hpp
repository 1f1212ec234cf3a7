// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "banyan/kernel/result.hpp"
#include "data/shop_data.hpp"

namespace recordshop {

/// The records of a Chinook database (https://github.com/lerocha/chinook-database): artists,
/// albums, tracks with their prices in US dollars, and every invoice as a delivered order of its
/// day. Chinook has no stock; it is made up: plenty of everything, a few copies of the twenty
/// tracks that sold best. The file is opened for reading only.
///
/// NotFound "recordshop.no_such_file"; InvalidArgument "recordshop.not_chinook" with everything
/// that is missing or wrong, for a file that is something else.
banyan::Result<std::unique_ptr<ShopData>> open_chinook(const std::filesystem::path& file);

}  // namespace recordshop
