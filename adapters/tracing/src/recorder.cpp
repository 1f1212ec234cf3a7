// SPDX-License-Identifier: Apache-2.0
#include "banyan/tracing/recorder.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <exception>
#include <mutex>
#include <utility>

#include "banyan/http/client.hpp"
#include "collector.hpp"
#include "exporter.hpp"
#include "kept_traces.hpp"

namespace banyan::tracing {
namespace {

/// The random part of a trace's id: its last 56 bits (W3C Trace Context, level 2). Every process
/// that goes by it comes to the same decision.
std::uint64_t random_part(std::string_view trace_id) {
  constexpr std::size_t kDigits = 14;
  std::uint64_t bits = 0;
  if (trace_id.size() < kDigits) return bits;
  const std::string_view digits = trace_id.substr(trace_id.size() - kDigits);
  std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
  return bits;
}

/// What is kept and exported of a `tracestate`: its first members, as many as have room. Callers
/// make it as long as they like, and every span that is exported has a copy.
std::string kept_of(std::string_view state) {
  constexpr std::size_t kMostBytes = 512;  // which nobody may cut (W3C Trace Context §3.3.1.5)
  if (state.size() <= kMostBytes) return std::string(state);
  const auto comma = state.rfind(',', kMostBytes);
  return std::string(comma == std::string_view::npos ? std::string_view() : state.substr(0, comma));
}

std::uint64_t threshold_of(double ratio) {
  return static_cast<std::uint64_t>(std::ldexp(std::clamp(ratio, 0.0, 1.0), 56));
}

}  // namespace

/// What the recordings share: they may outlive the recorder.
class Recorder::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(const RecorderOptions& given, const Clock& clock_, Random& random_)
      : options(given),
        clock(clock_),
        random(random_),
        threshold(threshold_of(given.ratio)),
        kept(given) {}

  Span begin(const Beginning& beginning, SteadyTime started) noexcept;
  bool samples(const TraceContext* parent, std::string_view trace_id) const noexcept {
    // Spans that are never exported must not be named to others as if they were.
    if (!exporter) return false;
    return parent != nullptr ? parent->sampled : random_part(trace_id) < threshold;
  }
  bool samples_new() const noexcept { return exporter && threshold > 0; }
  void finished(FinishedTrace trace, bool stumbled);

  const RecorderOptions options;
  const Clock& clock;
  Random& random;
  const std::uint64_t threshold;
  KeptTraces kept;
  std::unique_ptr<Exporter> exporter;
  std::atomic<std::uint64_t> traces{0};
  std::atomic<std::uint64_t> sampled{0};
  std::atomic<std::uint64_t> traces_kept{0};
  std::atomic<std::uint64_t> spans_dropped{0};

 private:
  class Recording;
  std::optional<Kept> reason_of(const SpanRecord& root, bool stumbled) const;
};

class Recorder::Core::Recording final : public TraceRecording {
 public:
  Recording(TraceContext caller, bool is_sampled, std::shared_ptr<Core> core)
      : TraceRecording(std::move(caller), is_sampled, core->clock, core->random),
        core_(std::move(core)),
        wall_(core_->clock.now()),
        steady_(core_->clock.steady()) {}

  void take(std::unique_ptr<SpanRecord> span) noexcept override {
    try {
      file(std::move(span));
    } catch (const std::exception&) {
      // No memory: what is traced must not fail for it.
      core_->spans_dropped.fetch_add(1, std::memory_order_relaxed);
    }
  }

 private:
  void file(std::unique_ptr<SpanRecord> span) {
    const bool ends = span->local_root;
    const bool failed = span->status == SpanStatus::Error;
    std::unique_lock lock(mutex_);
    if (!over_ && !ends) {
      stumbled_ = stumbled_ || failed;
      if (spans_.size() < core_->options.most_spans) return spans_.push_back(std::move(span));
      ++dropped_;
      core_->spans_dropped.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    over_ = true;
    FinishedTrace trace{trace_id(), kept_of(state()),  sampled(), wall_,
                        steady_,    std::move(spans_), dropped_};
    const bool stumbled = stumbled_;
    spans_.clear();
    lock.unlock();
    trace.spans.push_back(std::move(span));
    core_->finished(std::move(trace), stumbled);
  }

  const std::shared_ptr<Core> core_;
  const Timestamp wall_;
  const SteadyTime steady_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<SpanRecord>> spans_;
  std::uint32_t dropped_ = 0;
  bool stumbled_ = false;  ///< a span inside has failed
  bool over_ = false;      ///< the local root has finished
};

Span Recorder::Core::begin(const Beginning& beginning, SteadyTime started) noexcept {
  try {
    const TraceContext* parent = beginning.parent;
    TraceContext caller;
    if (parent != nullptr) {
      caller = *parent;
    } else {
      caller.trace_id = beginning.trace_id;
      if (caller.trace_id.empty()) caller.trace_id = TraceContext::make(random).trace_id;
    }
    const bool exported = samples(parent, caller.trace_id);
    if (!exported && options.keep == 0) return {};
    traces.fetch_add(1, std::memory_order_relaxed);
    if (exported) sampled.fetch_add(1, std::memory_order_relaxed);
    return Span::local_root(
        std::make_shared<Recording>(std::move(caller), exported, shared_from_this()),
        parent != nullptr ? std::string_view(parent->span_id) : std::string_view(), beginning.kind,
        beginning.name, started);
  } catch (const std::exception&) {
    return {};
  }
}

std::optional<Kept> Recorder::Core::reason_of(const SpanRecord& root, bool stumbled) const {
  if (root.status == SpanStatus::Error) return Kept::Failed;
  if (root.answer_began.value_or(root.finished) - root.started >= options.slow) return Kept::Slow;
  if (stumbled) return Kept::Recovered;
  return std::nullopt;
}

void Recorder::Core::finished(FinishedTrace trace, bool stumbled) {
  std::optional<Kept> reason;
  if (trace.complete() && options.keep > 0) reason = reason_of(trace.root(), stumbled);
  if (!reason && !(trace.sampled && exporter)) return;
  const auto shared = std::make_shared<const FinishedTrace>(std::move(trace));
  if (reason) {
    traces_kept.fetch_add(1, std::memory_order_relaxed);
    kept.add(*reason, shared);
  }
  if (shared->sampled && exporter) exporter->add(shared);
}

Result<std::unique_ptr<Recorder>> Recorder::make(const RecorderOptions& options, const Clock& clock,
                                                 Random& random) {
  auto core = std::make_shared<Core>(options, clock, random);
  if (!options.exporting.collector.empty()) {
    auto collector = collector_from(options.exporting.collector);
    if (!collector) return fail(std::move(collector.error()));
    auto client = std::make_shared<http::Client>(collector->endpoint);
    core->exporter = std::make_unique<Exporter>(
        options, std::move(collector->path),
        [client](const http::Request& request, SteadyTime deadline, std::stop_token given_up) {
          return client->exchange(request, deadline, http::Repeat::Safe, std::move(given_up));
        },
        random);
  }
  return std::unique_ptr<Recorder>(new Recorder(std::move(core)));
}

Recorder::~Recorder() {
  if (core_->exporter) core_->exporter->stop();
}

Span Recorder::begin(const Beginning& beginning) noexcept {
  return core_->begin(beginning, core_->clock.steady());
}

Span Recorder::begin_at(const Beginning& beginning, SteadyTime started) noexcept {
  return core_->begin(beginning, started);
}

bool Recorder::keeps(std::chrono::nanoseconds took, bool failed) const noexcept {
  return core_->options.keep > 0 && (failed || took >= core_->options.slow);
}

bool Recorder::samples(const TraceContext* parent, std::string_view trace_id) const noexcept {
  return core_->samples(parent, trace_id);
}

bool Recorder::samples_new() const noexcept { return core_->samples_new(); }

std::vector<Recorder::KeptTrace> Recorder::kept() const { return core_->kept.all(); }

const RecorderOptions& Recorder::options() const { return core_->options; }

Figures Recorder::figures() const {
  Figures figures;
  figures.traces = core_->traces.load(std::memory_order_relaxed);
  figures.sampled = core_->sampled.load(std::memory_order_relaxed);
  figures.kept = core_->traces_kept.load(std::memory_order_relaxed);
  figures.spans_dropped = core_->spans_dropped.load(std::memory_order_relaxed);
  if (core_->exporter) core_->exporter->read(figures);
  return figures;
}

}  // namespace banyan::tracing
