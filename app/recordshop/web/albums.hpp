// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/composer.hpp"
#include "web/frame.hpp"

/// The pages for looking around.
namespace recordshop::web {

banyan::http::Response start_page(Modules& modules, Visit& visit);
banyan::http::Response albums_page(Modules& modules, Visit& visit);
banyan::http::Response album_page(Modules& modules, Visit& visit);
banyan::http::Response search_page(Modules& modules, Visit& visit);
/// A picture, see cover.hpp.
banyan::http::Response album_cover(std::string_view id);

}  // namespace recordshop::web
