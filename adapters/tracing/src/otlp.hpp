// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/tracing/recorder.hpp"

namespace banyan::tracing {

using Batch = std::vector<std::shared_ptr<const FinishedTrace>>;

/// A batch, or a part of one.
using Traces = std::span<const std::shared_ptr<const FinishedTrace>>;

/// An ExportTraceServiceRequest (see proto/otlp.proto) with all spans of the traces.
std::string encode(Traces traces, const RecorderOptions& who);

struct Refused {
  std::uint64_t spans = 0;
  std::string why;
};
/// What the collector says of spans that it has not taken, in an ExportTraceServiceResponse.
Refused refused_in(std::string_view answer);

}  // namespace banyan::tracing
