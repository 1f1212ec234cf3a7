// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/resources.hpp"
#include "reviews/port.hpp"

namespace reviews {
inline constexpr auto http_resources =
    banyan::resources<Reviews>(banyan::at<ListReviews>("GET /tracks/{track}/reviews"));
}  // namespace reviews
