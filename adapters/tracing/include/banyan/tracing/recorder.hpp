// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "banyan/kernel/tracing.hpp"
#include "banyan/telemetry/metrics.hpp"
#include "banyan/tracing/finished_trace.hpp"

namespace banyan::tracing {

/// How spans get to a collector.
struct ExportOptions {
  /// "http://127.0.0.1:4318"; /v1/traces and port 4318 are understood. "" exports nothing.
  std::string collector;
  std::size_t batch_spans = 512;
  std::size_t queue_spans = 4'096;               ///< that may wait; more are dropped and counted
  std::chrono::milliseconds interval{1'000};     ///< the longest that a span waits to be sent
  std::chrono::milliseconds timeout{5'000};      ///< of one attempt
  std::chrono::milliseconds first_backoff{500};  ///< doubled after every failure
  std::chrono::milliseconds longest_backoff{30'000};
  unsigned attempts = 6;                        ///< of one batch; then it is dropped and counted
  std::chrono::milliseconds flush_time{2'000};  ///< at the end, for what still waits
  /// Told when exporting begins to fail, and with "" when it works again. On the exporter's thread.
  std::function<void(const std::string& problem)> on_change = {};
};

struct RecorderOptions {
  std::string service = "banyan";  ///< `service.name`
  std::string version;             ///< `service.version`
  std::string instance;            ///< `service.instance.id`: one of a kind
  std::int64_t process = 0;        ///< `process.pid`; 0 is not said
  /// Of the traces that begin here, this share is exported. Others' flags are followed. Without a
  /// collector nothing is.
  double ratio = 0;
  /// What takes longer, until its answer begins where that is known, is kept for the page.
  std::chrono::milliseconds slow{500};
  /// Traces kept of each operation for each reason; with 0 only what is exported is recorded.
  std::size_t keep = 4;
  std::size_t most_operations = 64;     ///< of which traces are kept; the others share one place
  std::size_t most_kept_spans = 4'096;  ///< of all traces that are kept; the oldest of them go
  std::size_t most_spans = 128;  ///< of one trace in this process; more are dropped and counted
  ExportOptions exporting = {};
};

/// Since the recorder was made.
struct Figures {
  std::uint64_t traces = 0;          ///< recorded
  std::uint64_t sampled = 0;         ///< of these, for export
  std::uint64_t kept = 0;            ///< of these, for the page
  std::uint64_t spans_dropped = 0;   ///< beyond `most_spans`
  std::uint64_t exported = 0;        ///< spans that the collector has taken
  std::uint64_t export_dropped = 0;  ///< spans that found the queue full, or were given up
  std::uint64_t export_refused = 0;  ///< spans that the collector has refused
  std::size_t export_queued = 0;     ///< spans that wait now
  std::string export_problem;        ///< "" when the last attempt worked
};

/// Records traces in bounded memory. Never in the way of what is traced: a span that finishes is
/// filed under a lock of its own trace, and whole traces go to a queue that another thread empties.
class Recorder final : public Tracer {
 public:
  /// InvalidArgument "banyan.bad_collector" with the next step. `clock` and `random` must outlive
  /// everything that is recorded.
  static Result<std::unique_ptr<Recorder>> make(const RecorderOptions& options, const Clock& clock,
                                                Random& random);
  /// Sends what is still to be sent, for which it takes `flush_time` at most, whatever the
  /// collector does.
  ~Recorder() override;

  Span begin(const Beginning& beginning) noexcept override;
  Span begin_at(const Beginning& beginning, SteadyTime started) noexcept override;
  bool keeps(std::chrono::nanoseconds took, bool failed) const noexcept override;
  bool samples(const TraceContext* parent, std::string_view trace_id) const noexcept override;
  bool samples_new() const noexcept override;

  struct KeptTrace {
    std::string operation;
    Kept reason;
    std::shared_ptr<const FinishedTrace> trace;
  };
  /// By operation and reason, the latest first.
  std::vector<KeptTrace> kept() const;
  Figures figures() const;
  const RecorderOptions& options() const;

 private:
  class Core;
  explicit Recorder(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  std::shared_ptr<Core> core_;
};

/// For /_banyan/traces: what is kept, and the figures. One JSON object:
///
///     {"slow_ms", "ratio", "collector", "figures": {…},
///      "traces": [{"operation", "reason", "trace_id", "started", "took_us", "sampled",
///                  "dropped_spans", "spans": [{"id", "parent", "name", "kind", "start_us",
///                  "took_us", "status", "message", "attributes": {…}, "events": [{"name",
///                  "at_us"}]}]}]}
///
/// Spans are in the order in which they began; `start_us` counts from the start of the first.
std::string traces_json(const Recorder& recorder);

/// banyan_traces_recorded_total and others.
std::vector<telemetry::Sample> samples(const Recorder& recorder);

}  // namespace banyan::tracing
