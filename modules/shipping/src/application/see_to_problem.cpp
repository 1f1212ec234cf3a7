// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "application/use_cases.hpp"
#include "banyan/kernel/utf8.hpp"

namespace shipping {
namespace {

using banyan::Result;

Result<void> check_note(const SeeToProblem& request) {
  constexpr std::size_t kLongest = 200;
  std::vector<banyan::Detail> wrong;
  const auto check = [&](const char* field, const std::string& text) {
    const bool is_good = text.size() <= kLongest && banyan::is_line(text) &&
                         text.find_first_not_of(' ') != std::string::npos;
    if (!is_good) wrong.push_back({field, "expected a line of 1 to 200 bytes"});
  };
  check("/by", request.by);
  check("/why", request.why);
  if (wrong.empty()) return {};
  return banyan::fail(banyan::ErrorCode::InvalidArgument, "shipping.bad_note",
                      "say who has seen to it, and why nothing is left to do", std::move(wrong));
}

}  // namespace

Result<ConsignmentDetails> see_to_problem(const UseCaseContext& use_case,
                                          const SeeToProblem& request,
                                          const banyan::Context& context) {
  if (Result<void> good = check_note(request); !good) return banyan::fail(good.error());
  const banyan::Timestamp now = use_case.now();
  return use_case.store.write(
      context,
      [&](ShippingWriting& shipping, banyan::UnitOfWork& unit) -> Result<ConsignmentDetails> {
        std::optional<Record> record = shipping.find(request.order);
        if (!record) return unknown_consignment(request.order);
        const Consignment::Data& data = record->consignment.data();
        const banyan::Timestamp since =
            std::max(data.changed_at, data.brought_back_at.value_or(data.changed_at));
        const bool was_here = is_here(*record);
        record->turn.see_to(request.by, request.why, since, now);
        if (was_here && !is_here(*record)) record->consignment.sent_out_again(now);
        keep(shipping, unit, *record);
        ConsignmentDetails details = details_of(*record);
        details.seen_to = seen_to_of(*record);
        return details;
      });
}

}  // namespace shipping
