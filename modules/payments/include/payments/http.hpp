// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/resources.hpp"
#include "payments/port.hpp"

namespace payments {

inline constexpr auto http_resources =
    banyan::resources<Payments>(banyan::at<Authorise>("POST /payments", "/payments/{order}"),
                                banyan::at<GetPayment>("GET /payments/{order}"),
                                banyan::at<Capture>("PUT /payments/{order}/capture"),
                                banyan::at<Void>("DELETE /payments/{order}"),
                                banyan::at<Refund>("PUT /payments/{order}/refunds/{refund}"),
                                banyan::at<NoteProviderResult>("POST /payments/{order}/notes"));

}  // namespace payments
