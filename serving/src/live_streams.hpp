// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/exchange.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/executor.hpp"

namespace banyan::serving {

/// A document that whoever watches is sent when it has changed.
struct Feed {
  std::string name;                 ///< of its events: "live"
  std::chrono::milliseconds every;  ///< it is not made anew more often than this
  /// Nothing when there is none just now. May block and throw.
  std::function<std::optional<std::string>()> make;
};

/// The operators' documents as server-sent events (GET /_banyan/api/stream), for pages that stay
/// open:
///
///     event: hello    {"feeds": ["live", …]}: what comes by itself, so that nobody asks for it
///     event: live     the document of /_banyan/api/live, and likewise the others
///     event: end      this process ends, or the token is another one: connect again
///
/// A document is made once, on a worker, however many watch it, and only while somebody does. So
/// many streams and no more; one that has not taken its last piece gets no further one, and is cut
/// when it takes none for `patience`. Safe for concurrent use.
class LiveStreams {
 public:
  struct Parts {
    std::vector<Feed> feeds;
    Executor& workers;
    const Clock& clock;
    std::function<void(std::string_view what)> on_fault;  ///< a feed could not be made; any thread
    std::size_t most = 16;
    std::chrono::milliseconds interval{1'000};
    std::chrono::milliseconds patience{10'000};
  };
  /// What the parts refer to must outlive it, and it whoever may still send on its streams: the
  /// workers and the server.
  explicit LiveStreams(Parts parts);
  ~LiveStreams();
  LiveStreams(const LiveStreams&) = delete;
  LiveStreams& operator=(const LiveStreams&) = delete;

  /// Begins a stream as the answer of this exchange. False when there is no room for one more, or
  /// end() was called; then nothing was answered. On the loop of the exchange.
  bool watch(std::shared_ptr<http::Exchange> exchange, std::string_view correlation_id);

  std::size_t watching() const;

  /// Completes all streams; whoever may watch still, connects again.
  void cut_off();
  /// As cut_off(), and takes no further one: nothing keeps a process from ending.
  void end();

 private:
  class Stream;
  class Cache;
  using Text = std::shared_ptr<const std::string>;

  void end_all(bool for_good);
  void forget(const Stream* stream);
  /// By the index of its feed; null where there is none now. Blocks.
  std::vector<Text> documents();

  const Parts parts_;
  std::vector<std::unique_ptr<Cache>> caches_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Stream>> streams_;
  bool ended_ = false;
};

/// One event, each line of its text as it is.
void append_event(std::string& to, std::string_view name, std::string_view text);

}  // namespace banyan::serving
