// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "load/load.hpp"
#include "load/oracle.hpp"

namespace recordshop::load {

struct Report {
  Totals totals;
  Verdict verdict;
  std::chrono::duration<double> took{};
  std::uint64_t seed = 1;
  std::string run;
};

/// A table of the requests, and what the oracle says; for people.
std::string text_of(const Report& report);
/// The same as one JSON document.
std::string json_of(const Report& report);
/// One line while it runs.
std::string progress_of(const Totals& totals, std::chrono::duration<double> took);

}  // namespace recordshop::load
