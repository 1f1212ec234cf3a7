// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace shipping {

using banyan::Result;

Result<ConsignmentDetails> announce_return(const UseCaseContext& use_case,
                                           const AnnounceReturn& request,
                                           const banyan::Context& context) {
  const banyan::Timestamp now = use_case.now();
  return use_case.store.write(
      context,
      [&](ShippingWriting& shipping, banyan::UnitOfWork& unit) -> Result<ConsignmentDetails> {
        std::optional<Record> record = shipping.find(request.order);
        if (!record) return unknown_consignment(request.order);
        const ConsignmentState before = record->consignment.data().state;
        if (Result<void> done = record->consignment.announce_return(now); !done) {
          return banyan::fail(done.error());
        }
        // What was wrong on the way out is past.
        if (record->consignment.data().state != before) record->turn.note_problem({}, now);
        record->turn.news();
        keep(shipping, unit, *record);
        return details_of(*record);
      });
}

}  // namespace shipping
