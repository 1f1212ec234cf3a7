// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/http/message.hpp"

/// The files of web/assets, which are in the program.
namespace recordshop::web {

/// Where one is, for as long as it stays the same: "/shop/assets/shop.css?v=1a2b3c4d".
std::string asset_url(std::string_view name);

/// 404 for a name that is none.
banyan::http::Response asset(std::string_view name);

}  // namespace recordshop::web
