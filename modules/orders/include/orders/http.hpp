// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/resources.hpp"
#include "orders/port.hpp"

namespace orders {

inline constexpr auto http_resources = banyan::resources<Orders>(
    banyan::at<PlaceOrder>("POST /orders"), banyan::at<GetOrder>("GET /orders/{id}"),
    banyan::at<ListOrders>("GET /orders"), banyan::at<CancelOrder>("DELETE /orders/{id}"),
    banyan::at<ResumeOrder>("PUT /orders/{id}/resumption"));

}  // namespace orders
