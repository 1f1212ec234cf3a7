// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "application/use_cases.hpp"
#include "banyan/kernel/work.hpp"

/// The conversation with the carrier. For each question the intent is written down first, then the
/// question is put outside of any unit of work, then what came of it is written down, unless
/// somebody else has the lease by then. Between any two of these the process may die: the next one
/// looks up under our reference what the carrier knows, before it asks for anything a second time.
namespace shipping {

enum class Attended : std::uint8_t {
  Nothing,      ///< nothing to ask, somebody else is asking, or the answer was not written down
  Answered,     ///< whatever the answer was, it is written down
  NotAnswered,  ///< the carrier is not there, or the module that knows the address
};

/// What the background is called, as workers of the module. Two, for the many questions where
/// parcels are would hide that nothing is sent any more.
inline constexpr std::string_view kBookings = "bookings";  ///< to book and to cancel
inline constexpr std::string_view kTracking = "tracking";

/// Asks the carrier what is to be asked for one consignment, once, due or not. `told`: of the first
/// attempt, as work of one of them; null: it is somebody's request.
Attended attend(const UseCaseContext& use_case, const OrderId& order,
                const banyan::Context& context, banyan::WorkObserver* told = nullptr);

/// One round of the background: everything that is due, until the carrier does not answer.
void attend_all(const UseCaseContext& use_case);

}  // namespace shipping
