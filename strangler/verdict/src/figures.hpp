// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "banyan/statistics/exact_test.hpp"

/// Numbers as a verdict's reason says them.
namespace banyan::strangler {

/// Three digits.
std::string figure(double value);
/// "3 of 200 (1.5%)".
std::string share_text(const statistics::Tally& tally);
/// "3 of the last 200 (1.5%)": what is known of the last minute only.
std::string recent_text(const statistics::Tally& tally);
/// "42 % of the evidence that is needed", "7 times the evidence that is needed". An e-value says
/// nothing to somebody who has to decide whether to wait.
std::string evidence_text(double share);
/// 587 is "590": nobody takes a forecast for more than it is.
std::string about_text(std::uint64_t number);
/// "90 s", "3 min": rounded up, in the unit in which people would say it.
std::string time_text(std::chrono::seconds time);

}  // namespace banyan::strangler
