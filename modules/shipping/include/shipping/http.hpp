// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/resources.hpp"
#include "shipping/port.hpp"

namespace shipping {

inline constexpr auto http_resources = banyan::resources<Shipping>(
    banyan::at<GetConsignment>("GET /consignments/{order}"),
    banyan::at<ListOverdueConsignments>("GET /overdue-consignments"),
    banyan::at<GetProblem>("GET /overdue-consignments/{order}"),
    banyan::at<SeeToProblem>("PUT /overdue-consignments/{order}/seen"),
    banyan::at<CancelConsignment>("PUT /consignments/{order}/cancellation"),
    banyan::at<AnnounceReturn>("PUT /consignments/{order}/return"),
    banyan::at<RefreshTracking>("PUT /consignments/{order}/tracking"));

}  // namespace shipping
