// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "banyan/http/client.hpp"
#include "banyan/kernel/random.hpp"
#include "otlp.hpp"

namespace banyan::tracing {

/// Sends traces to a collector: a bounded queue, and a thread that empties it in batches.
class Exporter {
 public:
  /// As http::Client::exchange().
  using Post = std::function<std::expected<http::Response, http::ClientFailure>(
      const http::Request& request, SteadyTime deadline, std::stop_token given_up)>;

  /// `random` spreads the waits, so that many processes do not come back together.
  Exporter(const RecorderOptions& options, std::string path, Post post, Random& random);
  ~Exporter() { stop(); }
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  /// Never waits: what finds no room is dropped and counted.
  void add(std::shared_ptr<const FinishedTrace> trace);

  /// Sends what waits, for as long as `flush_time` allows; what comes later is dropped, and an
  /// attempt that is still under way is broken off. Not on several threads at once.
  void stop();

  void read(Figures& figures) const;

 private:
  /// What became of one attempt to send a batch.
  struct Attempt {
    bool over = true;        ///< not to be repeated
    bool too_large = false;  ///< parts of it may be taken
    std::uint64_t refused = 0;
    std::string problem;                            ///< "" when the collector has taken it
    std::optional<std::chrono::milliseconds> wait;  ///< as the collector asks
  };

  void run();
  /// False at the end.
  bool await_batch(Batch& batch);
  /// In parts where the collector finds the whole too large.
  void send(Traces batch);
  Attempt attempt(const http::Request& request);
  std::chrono::milliseconds backoff(unsigned failures);
  /// False when there is no time left for it.
  bool pause(std::chrono::milliseconds wait);
  SteadyTime end_of_attempt() const;
  void count(Traces batch, const Attempt& last);

  const RecorderOptions options_;
  const std::string path_;
  const Post post_;
  Random& random_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<const FinishedTrace>> queue_;
  std::size_t queued_spans_ = 0;
  bool stopping_ = false;
  SteadyTime give_up_;  ///< once it is stopping
  bool over_ = false;   ///< the thread has nothing left to do
  std::condition_variable ended_;
  std::stop_source given_up_;
  std::uint64_t exported_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t refused_ = 0;
  std::string problem_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace banyan::tracing
