// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "application/use_cases.hpp"
#include "banyan/kernel/paging.hpp"

namespace shipping {
namespace {

constexpr std::string_view kList = "overdue";
constexpr std::int64_t kHour = 3'600'000'000;

/// "1750000000000000 ord_…", the last one of the page before; nothing for what is no such place.
std::optional<OverdueAfter> place_from(const std::string& position) {
  if (position.empty()) return OverdueAfter{};
  OverdueAfter after;
  const char* end = position.data() + position.size();
  const auto read = std::from_chars(position.data(), end, after.paid_at.micros);
  if (read.ec != std::errc() || read.ptr == end || *read.ptr != ' ') return std::nullopt;
  after.order.assign(read.ptr + 1, end);
  return after;
}

}  // namespace

banyan::Result<OverduePage> list_overdue_consignments(const UseCaseContext& use_case,
                                                      const ListOverdueConsignments& request,
                                                      const banyan::Context& context) {
  auto page = banyan::page_request("shipping", kList, kPage, request.cursor, request.limit);
  if (!page) return banyan::fail(page.error());
  const std::optional<OverdueAfter> after = place_from(page->after);
  if (!after) {
    return banyan::fail(banyan::ErrorCode::InvalidArgument, "shipping.bad_cursor",
                        "the cursor is of no page of this list");
  }
  const std::int64_t hours = std::clamp<std::int64_t>(
      request.hours.value_or(kUsuallyOverdueAfterHours), 0, kMostHoursOverdue);
  const std::int64_t now = use_case.now().micros;
  const OverdueSince since{{now - hours * kHour}, {now - kReturnOverdueAfterHours * kHour}};
  OverduePage answer;
  answer.consignments = use_case.store.read(context, [&](ShippingReading& shipping) {
    return shipping.overdue(since, *after, page->limit + 1);
  });
  if (std::cmp_greater(answer.consignments.size(), page->limit)) {
    answer.consignments.pop_back();
    const OverdueConsignment& last = answer.consignments.back();
    answer.next_cursor =
        banyan::make_cursor(kList, std::to_string(last.paid_at.micros) + ' ' + last.order.str());
  }
  return answer;
}

}  // namespace shipping
