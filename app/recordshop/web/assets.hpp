// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/http/message.hpp"

/// The files of web/assets, which are in the program.
namespace recordshop::web {

/// Where one is, for as long as it stays the same: "/shop/assets/shop.css?v=1a2b3c4d".
std::string asset_url(std::string_view name);

/// 404 for a name that is none. It may be kept for ever when `target` asks for it by its
/// asset_url(): another version of the shop, whose page this may be of, has other files.
banyan::http::Response asset(std::string_view target);

}  // namespace recordshop::web
