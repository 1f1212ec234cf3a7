// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/kernel/tracing.hpp"

namespace banyan::test {

/// A tracer that keeps every span that finishes.
class RecordedSpans final : public Tracer {
 public:
  explicit RecordedSpans(const Clock& clock = system_clock(), Random& random = system_random())
      : clock_(clock), random_(random) {}

  Span begin(const Beginning& beginning) noexcept override {
    return begin_at(beginning, clock_.steady());
  }
  Span begin_at(const Beginning& beginning, SteadyTime started) noexcept override {
    const TraceContext* parent = beginning.parent;
    TraceContext caller;
    if (parent != nullptr) {
      caller = *parent;
    } else {
      caller.trace_id = beginning.trace_id;
      if (caller.trace_id.empty()) caller.trace_id = TraceContext::make(random_).trace_id;
    }
    return Span::local_root(
        std::make_shared<Recording>(std::move(caller), samples(parent, {}), clock_, random_, *this),
        parent != nullptr ? parent->span_id : "", beginning.kind, beginning.name, started);
  }
  bool keeps(std::chrono::nanoseconds /*took*/, bool failed) const noexcept override {
    return failed;
  }
  bool samples(const TraceContext* parent, std::string_view /*trace_id*/) const noexcept override {
    return exports && (parent == nullptr || parent->sampled);
  }
  bool samples_new() const noexcept override { return exports; }

  /// As a process without a collector, if false.
  bool exports = true;

  /// A span "test", and the context of what happens inside of it.
  Span begin_test(Context& context) {
    Span span = begin({.trace_id = context.trace.trace_id, .name = "test"});
    span.enter(context);
    return span;
  }

  struct Finished {
    std::string trace_id;
    std::shared_ptr<const SpanRecord> record;

    const SpanRecord* operator->() const { return record.get(); }
    std::string text(std::string_view key) const {
      const auto* value = record->find(key);
      const auto* text = value != nullptr ? std::get_if<std::string_view>(value) : nullptr;
      return text != nullptr ? std::string(*text) : "(none)";
    }
    std::int64_t number(std::string_view key) const {
      const auto* value = record->find(key);
      const auto* number = value != nullptr ? std::get_if<std::int64_t>(value) : nullptr;
      return number != nullptr ? *number : -1;
    }
  };

  /// In the order in which they finished.
  std::vector<Finished> all() const {
    const std::lock_guard lock(mutex_);
    return spans_;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Finished& span : all()) names.emplace_back(span->name());
    return names;
  }
  /// The first of that name; throws when there is none.
  Finished find(std::string_view name) const {
    for (const Finished& span : all()) {
      if (span->name() == name) return span;
    }
    throw std::runtime_error("no span " + std::string(name) + " has finished");
  }

 private:
  class Recording final : public TraceRecording {
   public:
    Recording(TraceContext caller, bool sampled, const Clock& clock, Random& random,
              RecordedSpans& to)
        : TraceRecording(std::move(caller), sampled, clock, random), to_(to) {}
    void take(std::unique_ptr<SpanRecord> span) noexcept override {
      const std::lock_guard lock(to_.mutex_);
      to_.spans_.push_back({trace_id(), std::move(span)});
    }

   private:
    RecordedSpans& to_;
  };

  const Clock& clock_;
  Random& random_;
  mutable std::mutex mutex_;
  std::vector<Finished> spans_;
};

}  // namespace banyan::test
