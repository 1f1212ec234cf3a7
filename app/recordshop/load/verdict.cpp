// SPDX-License-Identifier: Apache-2.0
#include "load/verdict.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace recordshop::load {

bool Verdict::holds() const { return std::ranges::all_of(checks, &Check::holds); }

Findings::Findings(std::string claim) : claim_(std::move(claim)) {}

void Findings::against(const std::string& what) {
  if (++count_ <= 3) examples_ += (examples_.empty() ? "" : "; ") + what;
}

Check Findings::check(const std::string& evidence) && {
  if (count_ == 0) return {std::move(claim_), true, evidence};
  return {std::move(claim_), false, fmt::format("{}: {} do not: {}", evidence, count_, examples_)};
}

}  // namespace recordshop::load
