// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/statistics/evidence.hpp"
#include "banyan/statistics/latency_histogram.hpp"

/// What a judge has seen, as it outlives the process: see Judge::kept().
namespace banyan::strangler {

/// Of a SlowLine.
struct LineMemory {
  bool known = false;
  std::size_t control = 0;   ///< the bucket beyond which the control group is slow
  std::size_t new_side = 0;  ///< and the new side
  statistics::LatencyHistogram seen{};
};

/// Of a MeasureEvidence.
struct MeasureMemory {
  statistics::EvidenceOfMore::State worse{};
  statistics::EvidenceOfNoMore::State all_clear{};
  std::uint64_t weighed = 0;
  std::uint64_t put_aside = 0;
  bool measured = false;
};

/// Of an operation, since the step began, and what is usual of it.
struct OperationMemory {
  std::string operation;
  std::uint64_t samples = 0;
  std::uint64_t compared = 0;
  std::uint64_t control = 0;
  std::uint64_t ticks = 0;
  statistics::Tally failed{};
  statistics::Tally failed_old{};
  statistics::Tally before{};
  statistics::Tally long_run{};
  std::array<LineMemory, 3> lines{};        ///< median, 90th and 99th percentile
  std::array<MeasureMemory, 5> measures{};  ///< failures, differences, and the lines'
};

std::string to_text(const std::vector<OperationMemory>& all);
/// Nothing when it is no such text.
std::optional<std::vector<OperationMemory>> operation_memories_from(std::string_view text);

}  // namespace banyan::strangler
