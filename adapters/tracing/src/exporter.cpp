// SPDX-License-Identifier: Apache-2.0
#include "exporter.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "banyan/http/problem.hpp"

namespace banyan::tracing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The thread waits in real time whatever clock the spans are on, as sockets do.
SteadyTime real_now() { return steady_clock::now(); }

std::size_t spans_of(Traces batch) {
  std::size_t spans = 0;
  for (const auto& trace : batch) spans += trace->spans.size();
  return spans;
}

constexpr unsigned kTooLarge = 413;

/// Statuses after which OTLP wants the same request again.
bool asks_again(unsigned status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

}  // namespace

Exporter::Exporter(const RecorderOptions& options, std::string path, Post post, Random& random)
    : options_(options),
      path_(std::move(path)),
      post_(std::move(post)),
      random_(random),
      thread_([this] { run(); }) {}

void Exporter::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    give_up_ = real_now() + options_.exporting.flush_time;
  }
  changed_.notify_all();
  {
    std::unique_lock lock(mutex_);
    ended_.wait_until(lock, give_up_, [this] { return over_; });
  }
  given_up_.request_stop();
  thread_.join();
}

void Exporter::add(std::shared_ptr<const FinishedTrace> trace) {
  const std::size_t spans = trace->spans.size();
  bool full_batch = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queued_spans_ + spans > options_.exporting.queue_spans) {
      dropped_ += spans;
      return;
    }
    const bool first = queue_.empty();
    queue_.push_back(std::move(trace));
    queued_spans_ += spans;
    // Of the first the thread must know, to send it in time; of others when there are enough.
    full_batch = first || queued_spans_ >= options_.exporting.batch_spans;
  }
  if (full_batch) changed_.notify_one();
}

void Exporter::read(Figures& figures) const {
  const std::lock_guard lock(mutex_);
  figures.exported = exported_;
  figures.export_dropped = dropped_;
  figures.export_refused = refused_;
  figures.export_queued = queued_spans_;
  figures.export_problem = problem_;
}

void Exporter::run() {
  Batch batch;
  while (await_batch(batch)) {
    try {
      send(batch);
    } catch (const std::exception& fault) {
      // No memory for this batch: the next one may find some.
      count(batch, {.problem = fault.what(), .wait = {}});
    }
    batch.clear();
  }
  const std::lock_guard lock(mutex_);
  over_ = true;
  ended_.notify_all();
}

bool Exporter::await_batch(Batch& batch) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
  changed_.wait_until(lock, real_now() + options_.exporting.interval,
                      [&] { return stopping_ || queued_spans_ >= options_.exporting.batch_spans; });
  if (stopping_ && (queue_.empty() || real_now() >= give_up_)) {
    dropped_ += std::exchange(queued_spans_, 0);
    queue_.clear();
    return false;
  }
  std::size_t spans = 0;
  while (!queue_.empty() &&
         (spans == 0 || spans + queue_.front()->spans.size() <= options_.exporting.batch_spans)) {
    spans += queue_.front()->spans.size();
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_spans_ -= spans;
  return true;
}

void Exporter::send(Traces batch) {
  http::Request request;
  request.head.method = "POST";
  request.head.target = path_;
  request.head.fields.set("Content-Type", "application/x-protobuf");
  request.head.fields.set("User-Agent", "banyan-otlp-exporter");
  request.body = encode(batch, options_);
  for (unsigned failures = 0;;) {
    const Attempt outcome = attempt(request);
    if (outcome.too_large && batch.size() > 1) {
      const std::size_t half = batch.size() / 2;
      send(batch.first(half));
      return send(batch.subspan(half));
    }
    const bool last = outcome.over || ++failures >= std::max(options_.exporting.attempts, 1U);
    if (!last) {
      const auto wait = outcome.wait.value_or(backoff(failures));
      if (pause(std::min(wait, options_.exporting.longest_backoff))) continue;
    }
    return count(batch, outcome);
  }
}

Exporter::Attempt Exporter::attempt(const http::Request& request) {
  const auto answer = post_(request, end_of_attempt(), given_up_.get_token());
  if (!answer) return {.over = false, .problem = answer.error().message, .wait = {}};
  const unsigned status = answer->head.status;
  if (status / 100 == 2) {
    const Refused refused = refused_in(answer->body);
    return {.refused = refused.spans, .problem = {}, .wait = {}};
  }
  return {.over = !asks_again(status),
          .too_large = status == kTooLarge,
          .problem = options_.exporting.collector + " answered " + std::to_string(status),
          .wait = http::retry_after(answer->head)};
}

milliseconds Exporter::backoff(unsigned failures) {
  const auto doubled = options_.exporting.first_backoff * (1U << std::min(failures - 1, 16U));
  const auto wait = std::min<milliseconds>(doubled, options_.exporting.longest_backoff);
  const auto most = static_cast<std::uint64_t>(wait.count() / 4 + 1);
  return wait - milliseconds(static_cast<std::int64_t>(random_.next() % most));
}

bool Exporter::pause(milliseconds wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [&] { return stopping_; });
  if (!stopping_) return true;
  // At the end it is tried again soon, as often as there is time.
  const auto soon = real_now() + std::min(wait, options_.exporting.first_backoff);
  if (soon >= give_up_) return false;
  lock.unlock();
  std::this_thread::sleep_until(soon);
  return true;
}

SteadyTime Exporter::end_of_attempt() const {
  const SteadyTime usual = real_now() + options_.exporting.timeout;
  const std::lock_guard lock(mutex_);
  return stopping_ ? std::min(usual, give_up_) : usual;
}

void Exporter::count(Traces batch, const Attempt& last) {
  const std::size_t spans = spans_of(batch);
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t refused = std::min<std::uint64_t>(last.refused, spans);
    refused_ += refused;
    (last.problem.empty() ? exported_ : dropped_) += spans - refused;
    changed = problem_.empty() != last.problem.empty();
    problem_ = last.problem;
  }
  if (changed && options_.exporting.on_change) options_.exporting.on_change(last.problem);
}

}  // namespace banyan::tracing
