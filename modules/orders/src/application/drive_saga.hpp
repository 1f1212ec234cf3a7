// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "application/use_cases.hpp"

namespace orders {

/// A name for one drive of one saga, so that two who believe to hold the same lease are told apart.
std::string new_lease_holder(const Desk& desk);

/// Makes the calls that the saga still needs, one after the other, and writes down what came of
/// each, for as long as `holder` holds the lease. Ends when nothing is left to do, when a call
/// fails (it is tried again later), or when somebody else has taken over. Answers with the order
/// as it is then.
///
/// No unit of work is open while a call is under way. A call that was made and not written down is
/// made again by the next driver: all of them may be repeated. What cannot be written down (the
/// deadline has passed, the database is busy) ends the drive: the order stays as it was written
/// last, and the background runner goes on with it.
Case drive_saga(const Desk& desk, Case started, const std::string& holder,
                const banyan::Context& context);

/// Takes the lease when the saga is due, then drives it. Nothing when it is not due.
banyan::Result<std::optional<Case>> claim_and_drive(const Desk& desk, const OrderId& id,
                                                    const banyan::Context& context);

}  // namespace orders
