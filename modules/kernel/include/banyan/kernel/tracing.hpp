// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/random.hpp"

/// Spans: what happened within one trace, when, inside of what. A request that comes in begins one
/// (Tracer::begin), and whatever has the request's Context makes children of it (Span::child_of,
/// CallSpan). Where nobody records, Context::recording is null, and a span costs the look at it.
///
/// Everything is bounded: what does not fit into a span is dropped and counted.
namespace banyan {

/// The numbers are those of OpenTelemetry.
enum class SpanKind : std::uint8_t {
  Internal = 1,
  Server = 2,  ///< answers a request that came over a wire
  Client = 3,  ///< asks over a wire
};
std::string_view to_string(SpanKind kind);

/// Unset is the usual end; Error is for faults. A refusal by the rules of the business is no error.
enum class SpanStatus : std::uint8_t { Unset = 0, Ok = 1, Error = 2 };

/// What is known about one span. Written by the Span that owns it, read when that has finished.
class SpanRecord {
 public:
  static constexpr std::size_t kMostAttributes = 16;
  static constexpr std::size_t kMostEvents = 4;
  static constexpr std::size_t kTextBytes = 512;   ///< of all names and values together
  static constexpr std::size_t kValueBytes = 160;  ///< of one: longer ones are cut

  using Value = std::variant<std::string_view, std::int64_t, double, bool>;
  struct Attribute {
    std::string_view key;
    Value value;
  };
  struct Event {
    std::string_view name;
    SteadyTime at;
  };

  SpanRecord() = default;
  SpanRecord(const SpanRecord&) = delete;
  SpanRecord& operator=(const SpanRecord&) = delete;

  std::string_view id() const { return {id_.data(), id_.size()}; }
  /// "" when the trace begins with this span.
  std::string_view parent() const { return {parent_.data(), has_parent_ ? parent_.size() : 0}; }
  std::string_view name() const { return name_; }
  std::span<const Attribute> attributes() const { return {attributes_.data(), attribute_count_}; }
  std::span<const Event> events() const { return {events_.data(), event_count_}; }
  const Value* find(std::string_view key) const;

  SpanKind kind = SpanKind::Internal;
  SpanStatus status = SpanStatus::Unset;
  /// The first span of the trace in this process, with which its recording ends.
  bool local_root = false;
  bool remote_parent = false;  ///< the parent is a span of another process
  std::string_view message;    ///< of the status Error
  SteadyTime started;
  SteadyTime finished;
  /// If it is known: when the answer began. The time after that depends on how fast the client
  /// reads, or on how long a stream lives, and does not make the answer slow.
  std::optional<SteadyTime> answer_began;
  std::uint32_t dropped_attributes = 0;
  std::uint32_t dropped_events = 0;

 private:
  friend class Span;
  void name(std::string_view subject, char between, std::string_view action);
  void ids(std::string_view parent, Random& random);
  /// Replaces what was set under the same key.
  void set(std::string_view key, const Value& value);
  void add(std::string_view event, SteadyTime at);
  /// A copy in text_; cut, at a whole UTF-8 character, when it is too long.
  std::string_view keep(std::string_view text, std::size_t most = kValueBytes);

  std::array<char, 16> id_{};
  std::array<char, 16> parent_{};
  bool has_parent_ = false;
  std::uint8_t attribute_count_ = 0;
  std::uint8_t event_count_ = 0;
  std::uint16_t text_used_ = 0;
  std::string_view name_;
  std::array<Attribute, kMostAttributes> attributes_;
  std::array<Event, kMostEvents> events_;
  std::array<char, kTextBytes> text_;
};

/// One trace as this process records it, from the first span here until that has finished; spans
/// that finish later (somebody went on without waiting) are taken as well. Safe for concurrent use.
class TraceRecording {
 public:
  /// `caller` is what the caller said, without `span_id` where the trace begins here. `clock` and
  /// `random` must outlive it.
  TraceRecording(TraceContext caller, bool sampled, const Clock& clock, Random& random)
      : caller_(std::move(caller)), sampled_(sampled), clock_(&clock), random_(&random) {}
  virtual ~TraceRecording() = default;
  TraceRecording(const TraceRecording&) = delete;
  TraceRecording& operator=(const TraceRecording&) = delete;

  const std::string& trace_id() const { return caller_.trace_id; }
  const std::string& state() const { return caller_.state; }
  /// Its `span_id` is "" where the trace begins here.
  const TraceContext& caller() const { return caller_; }
  /// Is for export. Others are only kept here, if they turn out slow or failed.
  bool sampled() const { return sampled_; }
  const Clock& clock() const { return *clock_; }
  Random& random() const { return *random_; }

  virtual void take(std::unique_ptr<SpanRecord> finished) noexcept = 0;

 private:
  const TraceContext caller_;
  const bool sampled_;
  const Clock* clock_;
  Random* random_;
};

/// A span that goes on until it is finished or destroyed. One that records nothing is null inside
/// and does nothing. May be moved to another thread; for one thread at a time.
class Span {
 public:
  Span() noexcept = default;
  Span(Span&&) noexcept = default;
  Span& operator=(Span&& other) noexcept {
    if (this != &other) {
      finish();
      recording_ = std::move(other.recording_);
      record_ = std::move(other.record_);
    }
    return *this;
  }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  ~Span() { finish(); }

  /// Inside of what `context` is in. The name is "subject" or "subject.action".
  static Span child_of(const Context& context, SpanKind kind, std::string_view subject,
                       std::string_view action = {}) noexcept {
    if (context.recording == nullptr) return {};
    return begin(context.recording, {context.span.data(), context.span.size()}, kind, subject,
                 action, context.recording->clock().steady());
  }
  /// Inside of this one, from now on or since `started`.
  Span child(SpanKind kind, std::string_view subject, std::string_view action = {}) const noexcept;
  Span child(SpanKind kind, std::string_view subject, SteadyTime started) const noexcept;

  /// Where a trace's recording begins; for tracers. `parent` is "" or another process's span.
  static Span local_root(std::shared_ptr<TraceRecording> recording, std::string_view parent,
                         SpanKind kind, std::string_view name, SteadyTime started) noexcept;

  /// Ask before gathering what is costly to know.
  bool recording() const noexcept { return record_ != nullptr; }
  /// Recorded and to be exported.
  bool sampled() const noexcept { return record_ != nullptr && recording_->sampled(); }

  /// The key must live as long as the process: a literal. Texts are copied.
  template <class T>
  Span& set(std::string_view key, const T& value) noexcept {
    if (record_ == nullptr) return *this;
    if constexpr (std::same_as<T, bool>) {
      record_->set(key, value);
    } else if constexpr (std::integral<T>) {
      record_->set(key, static_cast<std::int64_t>(value));
    } else if constexpr (std::floating_point<T>) {
      record_->set(key, static_cast<double>(value));
    } else {
      record_->set(key, std::string_view(value));
    }
    return *this;
  }
  /// Something that happened now; a literal.
  void event(std::string_view name) noexcept;
  /// In place of the name that it began with: "subject", or "subject action" with what is between.
  void rename(std::string_view subject, char between = ' ', std::string_view action = {}) noexcept;
  void fail(std::string_view message) noexcept;
  /// See SpanRecord::answer_began.
  void answer_began(SteadyTime at) noexcept;

  /// Once; whatever is done to the span afterwards does nothing.
  void finish() noexcept;
  void finish(SteadyTime at) noexcept;

  /// Makes `context` one of what happens inside of this span: its children become ours, and log
  /// lines name us. What it tells other processes names this span too if it will be exported, or if
  /// no other process has called us; else it repeats what our caller said. Leaves the context alone
  /// when nothing is recorded.
  void enter(Context& context) const;

  /// What another process is told of this span: W3C traceparent and tracestate; "" when nothing is
  /// recorded. Who passes on what came tells it only of one that is sampled().
  std::string traceparent() const;
  std::string_view tracestate() const noexcept;
  std::string_view id() const noexcept;
  std::string_view trace_id() const noexcept;

 private:
  static Span begin(std::shared_ptr<TraceRecording> recording, std::string_view parent,
                    SpanKind kind, std::string_view subject, std::string_view action,
                    SteadyTime started) noexcept;

  std::shared_ptr<TraceRecording> recording_;
  std::unique_ptr<SpanRecord> record_;
};

/// A span together with the context of what happens inside of it.
///
///     CallSpan span(context, SpanKind::Internal, "orders", "reserve_stock");
///     ask(span.context());
class CallSpan {
 public:
  /// `context` must outlive it.
  CallSpan(const Context& context, SpanKind kind, std::string_view subject,
           std::string_view action = {})
      : given_(&context) {
    if (context.recording == nullptr) return;
    span_ = Span::child_of(context, kind, subject, action);
    inside_.emplace(context);
    span_.enter(*inside_);
  }

  const Context& context() const { return inside_ ? *inside_ : *given_; }
  Span& span() { return span_; }

 private:
  const Context* given_;
  Span span_;
  std::optional<Context> inside_;
};

/// Decides whether a trace is recorded. Safe for concurrent use; never throws: without memory
/// nothing is recorded.
class Tracer {
 public:
  virtual ~Tracer() = default;

  struct Beginning {
    /// What the caller said (see http::trace_from); null: the trace begins here.
    const TraceContext* parent = nullptr;
    /// Of a trace that begins here; "" makes one up.
    std::string_view trace_id{};
    SpanKind kind = SpanKind::Internal;
    std::string_view name;
  };
  /// The first span in this process of an action, from now on. By the parent's flag it is recorded
  /// for export, where anything is; without parent the tracer decides.
  virtual Span begin(const Beginning& beginning) noexcept = 0;

  /// For who records afterwards: would an action like this one be kept, though it is not exported?
  /// `took` until its answer began, if that is known; `failed`: it has, or something inside of it.
  /// If so, begin_at() and finish(SteadyTime) tell of it.
  virtual bool keeps(std::chrono::nanoseconds took, bool failed) const noexcept = 0;
  virtual Span begin_at(const Beginning& beginning, SteadyTime started) noexcept = 0;

  /// Whether begin() would record for export, by the parent's flag or, without a parent, the id.
  /// False where nothing is exported.
  virtual bool samples(const TraceContext* parent, std::string_view trace_id) const noexcept = 0;
  /// Whether it could, of a trace that begins here: else nobody has to make up an id to ask with.
  virtual bool samples_new() const noexcept = 0;
};

}  // namespace banyan
