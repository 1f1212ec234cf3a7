// SPDX-License-Identifier: Apache-2.0
#include "live_streams.hpp"

#include <algorithm>
#include <utility>

#include "banyan/http/loop.hpp"
#include "banyan/kernel/json_text.hpp"
#include "banyan/telemetry/contained.hpp"

namespace banyan::serving {
namespace {

/// Proves to a page for which nothing has changed that the connection is alive.
constexpr std::string_view kStillHere = ": still here\n\n";

http::ResponseHead head_of_stream(std::string_view correlation_id) {
  http::ResponseHead head;
  head.status = 200;
  head.fields.add("Content-Type", "text/event-stream; charset=utf-8");
  head.fields.add("Cache-Control", "no-store");
  head.fields.add("X-Content-Type-Options", "nosniff");
  head.fields.add("X-Accel-Buffering", "no");  // an nginx in front passes on what it has
  head.fields.add("X-Correlation-Id", correlation_id);
  return head;
}

std::string hello(const std::vector<Feed>& feeds) {
  std::string names;
  for (const Feed& each : feeds) names += (names.empty() ? "" : ",") + json_string(each.name);
  std::string event;
  append_event(event, "hello", "{\"feeds\":[" + names + "]}");
  return event;
}

}  // namespace

void append_event(std::string& to, std::string_view name, std::string_view text) {
  to.append("event: ").append(name).append("\n");
  while (!text.empty()) {
    const std::size_t line = text.find('\n');
    to.append("data: ").append(text.substr(0, line)).append("\n");
    text.remove_prefix(line == std::string_view::npos ? text.size() : line + 1);
  }
  to += '\n';
}

/// A feed's document of late, for all who watch.
class LiveStreams::Cache {
 public:
  explicit Cache(const Feed& feed) : feed_(&feed) {}

  /// The same pointer as last time when it is the same text.
  Text now(const Clock& clock, const std::function<void(std::string_view)>& on_fault) {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock.steady();
    if (made_ && now - *made_ < feed_->every) return text_;
    made_ = now;
    telemetry::contain(
        [&] {
          std::optional<std::string> text = feed_->make();
          if (!text) {
            text_ = nullptr;
          } else if (!text_ || *text_ != *text) {
            text_ = std::make_shared<const std::string>(std::move(*text));
          }
        },
        on_fault);
    return text_;
  }

 private:
  const Feed* feed_;
  std::mutex mutex_;
  std::optional<SteadyTime> made_;
  Text text_;
};

/// One who watches. On the loop of its exchange, but for collect().
class LiveStreams::Stream : public std::enable_shared_from_this<Stream> {
 public:
  Stream(LiveStreams& all, std::shared_ptr<http::Exchange> exchange)
      : all_(all), exchange_(std::move(exchange)), sent_(all.parts_.feeds.size()) {}

  void begin(std::string_view correlation_id) {
    exchange_->begin(head_of_stream(correlation_id), http::Framing::chunked());
    exchange_->on_abort([watcher = weak_from_this()] {
      if (const auto self = watcher.lock()) self->leave();
    });
    write(hello(all_.parts_.feeds));
    look_later();
  }

  /// On any thread.
  void end() {
    exchange_->loop().post([self = shared_from_this()] {
      self->ending_ = true;
      if (!self->writing_) self->say_end();
    });
  }

 private:
  void ask_for_news() {
    if (gone_ || ending_ || !begun_ || collecting_) return;
    collecting_ = all_.parts_.workers.submit([self = shared_from_this()] { self->collect(); });
  }

  /// From the greeting to the last word.
  void look_later() {
    exchange_->loop().after(all_.parts_.interval, [self = shared_from_this()] {
      if (self->gone_) return;
      if (self->is_stuck()) {
        self->exchange_->abort();
        return self->leave();
      }
      self->ask_for_news();
      self->look_later();
    });
  }

  bool is_stuck() const {
    return writing_ && exchange_->loop().now() - wrote_ >= all_.parts_.patience;
  }

  /// On a worker.
  void collect() {
    std::vector<Text> texts;
    telemetry::contain([&] { texts = all_.documents(); }, all_.parts_.on_fault);
    exchange_->loop().post([self = shared_from_this(), texts = std::move(texts)] {
      self->collecting_ = false;
      self->send(texts);
    });
  }

  /// A slow reader misses what has changed meanwhile, and gets the next.
  void send(const std::vector<Text>& texts) {
    if (gone_ || ending_ || writing_) return;
    std::string events;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (texts[i] == nullptr || texts[i] == sent_[i]) continue;
      append_event(events, all_.parts_.feeds[i].name, *texts[i]);
      sent_[i] = texts[i];
    }
    write(events.empty() ? std::string(kStillHere) : std::move(events));
  }

  void write(std::string bytes) {
    piece_ = std::move(bytes);
    writing_ = true;
    wrote_ = exchange_->loop().now();
    exchange_->write(piece_, [self = shared_from_this()](bool sent) { self->written(sent); });
  }

  void written(bool sent) {
    writing_ = false;
    if (!sent) return leave();
    if (said_end_) {
      exchange_->finish();
      return leave();
    }
    if (ending_) return say_end();
    if (!std::exchange(begun_, true)) ask_for_news();
  }

  void say_end() {
    if (gone_ || std::exchange(said_end_, true)) return;
    std::string event;
    append_event(event, "end", "{}");
    write(std::move(event));
  }

  void leave() {
    if (std::exchange(gone_, true)) return;
    all_.forget(this);
  }

  LiveStreams& all_;
  const std::shared_ptr<http::Exchange> exchange_;
  std::vector<Text> sent_;
  std::string piece_;  ///< that is being written
  SteadyTime wrote_{};
  bool begun_ = false;  ///< the client has had the greeting
  bool writing_ = false;
  bool collecting_ = false;
  bool ending_ = false;
  bool said_end_ = false;
  bool gone_ = false;
};

LiveStreams::LiveStreams(Parts parts) : parts_(std::move(parts)) {
  for (const Feed& each : parts_.feeds) caches_.push_back(std::make_unique<Cache>(each));
}

LiveStreams::~LiveStreams() = default;

bool LiveStreams::watch(std::shared_ptr<http::Exchange> exchange, std::string_view correlation_id) {
  const auto stream = std::make_shared<Stream>(*this, std::move(exchange));
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || streams_.size() >= parts_.most) return false;
    streams_.push_back(stream);
  }
  stream->begin(correlation_id);
  return true;
}

std::size_t LiveStreams::watching() const {
  const std::lock_guard lock(mutex_);
  return streams_.size();
}

void LiveStreams::cut_off() { end_all(false); }
void LiveStreams::end() { end_all(true); }

void LiveStreams::end_all(bool for_good) {
  std::vector<std::shared_ptr<Stream>> open;
  {
    const std::lock_guard lock(mutex_);
    ended_ = ended_ || for_good;
    open = streams_;
  }
  for (const auto& each : open) each->end();
}

void LiveStreams::forget(const Stream* stream) {
  const std::lock_guard lock(mutex_);
  std::erase_if(streams_, [&](const auto& each) { return each.get() == stream; });
}

std::vector<LiveStreams::Text> LiveStreams::documents() {
  std::vector<Text> all;
  for (const auto& each : caches_) all.push_back(each->now(parts_.clock, parts_.on_fault));
  return all;
}

}  // namespace banyan::serving
