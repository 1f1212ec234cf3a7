// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/resources.hpp"
#include "warehouse/port.hpp"

namespace warehouse {

inline constexpr auto http_resources = banyan::resources<Warehouse>(
    banyan::at<GetStock>("GET /stock/{track}"), banyan::at<ListStock>("GET /stock"),
    banyan::at<ReceiveStock>("POST /stock/{track}/deliveries"),
    banyan::at<ReserveStock>("POST /reservations", "/reservations/{order}"),
    banyan::at<GetReservation>("GET /reservations/{order}"),
    banyan::at<ConfirmReservation>("PUT /reservations/{order}/confirmation"),
    banyan::at<ReleaseReservation>("DELETE /reservations/{order}"),
    banyan::at<ReturnStock>("PUT /reservations/{order}/return"));

}  // namespace warehouse
