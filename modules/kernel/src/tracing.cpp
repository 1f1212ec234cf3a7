// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/tracing.hpp"

#include <algorithm>
#include <exception>

#include "banyan/kernel/hex.hpp"

namespace banyan {
namespace {

/// The longest beginning of `text` with at most `most` bytes that ends with a whole character.
std::string_view beginning_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  while (most > 0 && continues(text[most])) --most;
  return text.substr(0, most);
}

}  // namespace

std::string_view to_string(SpanKind kind) {
  switch (kind) {
    case SpanKind::Internal: return "internal";
    case SpanKind::Server: return "server";
    case SpanKind::Client: return "client";
  }
  return "";
}

const SpanRecord::Value* SpanRecord::find(std::string_view key) const {
  const auto all = attributes();
  const auto found = std::ranges::find(all, key, &Attribute::key);
  return found == all.end() ? nullptr : &found->value;
}

void SpanRecord::name(std::string_view subject, char between, std::string_view action) {
  name_ = keep(subject);
  if (action.empty() || text_used_ == text_.size()) return;
  keep({&between, 1});
  const std::string_view rest = keep(action);
  // The three stand side by side.
  name_ = {name_.data(), name_.size() + 1 + rest.size()};
}

void SpanRecord::ids(std::string_view parent, Random& random) {
  std::uint64_t bits = 0;
  while (bits == 0) bits = random.next();  // all zero is no id
  write_hex(bits, std::span<char, 16>(id_));
  has_parent_ = parent.size() == parent_.size();
  if (has_parent_) std::ranges::copy(parent, parent_.begin());
}

void SpanRecord::set(std::string_view key, const Value& value) {
  const auto used = std::span(attributes_).first(attribute_count_);
  const auto same = std::ranges::find(used, key, &Attribute::key);
  if (same == used.end() && attribute_count_ == kMostAttributes) {
    ++dropped_attributes;
    return;
  }
  Attribute& place = same == used.end() ? attributes_.at(attribute_count_++) : *same;
  place.key = key;
  const auto* text = std::get_if<std::string_view>(&value);
  place.value = text == nullptr ? value : Value(keep(*text));
}

void SpanRecord::add(std::string_view event, SteadyTime at) {
  if (event_count_ == kMostEvents) {
    ++dropped_events;
    return;
  }
  events_.at(event_count_++) = {event, at};
}

std::string_view SpanRecord::keep(std::string_view text, std::size_t most) {
  text = beginning_of(text, std::min(most, text_.size() - text_used_));
  char* const place = text_.data() + text_used_;
  std::ranges::copy(text, place);
  text_used_ = static_cast<std::uint16_t>(text_used_ + text.size());
  return {place, text.size()};
}

Span Span::begin(std::shared_ptr<TraceRecording> recording, std::string_view parent, SpanKind kind,
                 std::string_view subject, std::string_view action, SteadyTime started) noexcept {
  Span span;
  try {
    auto record = std::make_unique_for_overwrite<SpanRecord>();
    record->kind = kind;
    record->started = started;
    record->ids(parent, recording->random());
    record->name(subject, '.', action);
    span.record_ = std::move(record);
    span.recording_ = std::move(recording);
  } catch (const std::exception&) {
    // No memory, or no randomness: what is traced goes on, untraced.
    return {};
  }
  return span;
}

Span Span::local_root(std::shared_ptr<TraceRecording> recording, std::string_view parent,
                      SpanKind kind, std::string_view name, SteadyTime started) noexcept {
  Span span = begin(std::move(recording), parent, kind, name, {}, started);
  if (span.record_ != nullptr) {
    span.record_->local_root = true;
    span.record_->remote_parent = !span.record_->parent().empty();
  }
  return span;
}

Span Span::child(SpanKind kind, std::string_view subject, std::string_view action) const noexcept {
  if (record_ == nullptr) return {};
  return begin(recording_, record_->id(), kind, subject, action, recording_->clock().steady());
}

Span Span::child(SpanKind kind, std::string_view subject, SteadyTime started) const noexcept {
  if (record_ == nullptr) return {};
  return begin(recording_, record_->id(), kind, subject, {}, started);
}

void Span::event(std::string_view name) noexcept {
  if (record_ != nullptr) record_->add(name, recording_->clock().steady());
}

void Span::rename(std::string_view subject, char between, std::string_view action) noexcept {
  if (record_ != nullptr) record_->name(subject, between, action);
}

void Span::fail(std::string_view message) noexcept {
  if (record_ == nullptr) return;
  record_->status = SpanStatus::Error;
  record_->message = record_->keep(message);
}

void Span::answer_began(SteadyTime at) noexcept {
  if (record_ != nullptr) record_->answer_began = at;
}

void Span::finish() noexcept {
  if (record_ != nullptr) finish(recording_->clock().steady());
}

void Span::finish(SteadyTime at) noexcept {
  if (record_ == nullptr) return;
  record_->finished = std::max(at, record_->started);
  recording_->take(std::move(record_));
  recording_.reset();
}

void Span::enter(Context& context) const {
  if (record_ == nullptr) return;
  context.recording = recording_;
  std::ranges::copy(record_->id(), context.span.begin());
  const TraceContext& caller = recording_->caller();
  context.trace = caller;
  if (!recording_->sampled() && !caller.span_id.empty()) return;
  context.trace.span_id = record_->id();
  context.trace.sampled = recording_->sampled();
}

std::string Span::traceparent() const {
  if (record_ == nullptr) return {};
  std::string text = "00-";
  text += recording_->trace_id();
  text += '-';
  text += record_->id();
  text += recording_->sampled() ? "-01" : "-00";
  return text;
}

std::string_view Span::tracestate() const noexcept {
  return record_ == nullptr ? std::string_view() : std::string_view(recording_->state());
}

std::string_view Span::id() const noexcept {
  return record_ == nullptr ? std::string_view() : record_->id();
}

std::string_view Span::trace_id() const noexcept {
  return record_ == nullptr ? std::string_view() : std::string_view(recording_->trace_id());
}

}  // namespace banyan
