// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/resources.hpp"
#include "pages/port.hpp"

namespace pages {

inline constexpr auto http_resources =
    banyan::resources<Pages>(banyan::at<GetPage>("GET /pages/{name}"));

}  // namespace pages
