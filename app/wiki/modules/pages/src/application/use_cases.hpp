// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "pages/module.hpp"

namespace pages {

banyan::Result<Page> get_page(const Needs& needs, const GetPage& request);

/// The port on a wiki.
std::unique_ptr<Pages> make_pages_on(Needs needs);

}  // namespace pages
