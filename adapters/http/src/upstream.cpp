// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/upstream.hpp"

#include <atomic>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "banyan/http/recycled.hpp"
#include "upstream_call.hpp"

namespace banyan::http {
namespace {

class UpstreamHandle final : public UpstreamExchange {
 public:
  explicit UpstreamHandle(std::shared_ptr<UpstreamCall> call) : call_(std::move(call)) {}
  ~UpstreamHandle() override {
    Loop& on = call_->loop();
    if (on.here()) {
      call_->abandon();
    } else {
      on.post([call = std::move(call_)] { call->abandon(); });
    }
  }
  UpstreamHandle(const UpstreamHandle&) = delete;
  UpstreamHandle& operator=(const UpstreamHandle&) = delete;

  void write(std::string_view bytes, WriteDone done) override {
    call_->write(bytes, std::move(done));
  }
  void finish(const Fields& trailers) override { call_->finish(trailers); }
  void read_head(HeadDone done) override { call_->read_head(std::move(done)); }
  Framing framing() const override { return call_->framing(); }
  bool has_body() const override { return call_->has_body(); }
  std::optional<std::string_view> take_small_body() override { return call_->take_small_body(); }
  void read_body(PieceDone done) override { call_->read_body(std::move(done)); }
  void on_failure(FailureDone done) override { call_->on_failure(std::move(done)); }
  void cancel() override { call_->cancel(); }
  bool reused() const override { return call_->reused(); }

 private:
  std::shared_ptr<UpstreamCall> call_;
};

}  // namespace

std::string_view to_string(UpstreamFailure::Kind kind) {
  switch (kind) {
    case UpstreamFailure::Kind::Connect: return "connect";
    case UpstreamFailure::Kind::NoSocket: return "no_socket";
    case UpstreamFailure::Kind::Timeout: return "timeout";
    case UpstreamFailure::Kind::Deadline: return "deadline";
    case UpstreamFailure::Kind::Closed: return "closed";
    case UpstreamFailure::Kind::Protocol: return "protocol";
    case UpstreamFailure::Kind::TooLarge: return "too_large";
    case UpstreamFailure::Kind::Request: return "request";
    case UpstreamFailure::Kind::Cancelled: return "cancelled";
    case UpstreamFailure::Kind::Fault: return "fault";
  }
  return "";
}

bool same(const UpstreamOptions& one, const UpstreamOptions& other) {
  const auto compared = [](const UpstreamOptions& each) {
    const Limits& limits = each.limits;
    return std::tuple(each.max_idle_per_loop, each.idle_keep, each.connect_timeout,
                      each.keep_addresses, each.first_byte_timeout, each.stall_timeout,
                      each.stream_timeout, limits.head_bytes, limits.fields, limits.trailer_bytes,
                      limits.chunk_line_bytes, limits.body_bytes, each.tls);
  };
  return compared(one) == compared(other);
}

class Upstreams::Shared {
 public:
  explicit Shared(UpstreamOptions options)
      : options_(std::move(options)),
        resolver_(std::make_shared<Resolver>(options_.keep_addresses, options_.look_up)) {}

  std::shared_ptr<UpstreamPool> pool_of(Loop& loop) {
    auto& attached = static_cast<LoopCore&>(loop).attachment(key_);
    if (!attached) {
      attached = std::make_shared<UpstreamPool>(options_, resolver_);
      const std::lock_guard lock(mutex_);
      loops_.push_back(static_cast<LoopCore&>(loop).weak_from_this());
    }
    return std::static_pointer_cast<UpstreamPool>(attached);
  }

  /// Kept connections are of no more use. Exchanges under way have what they need.
  void retire() {
    const std::lock_guard lock(mutex_);
    for (const std::weak_ptr<LoopCore>& each : loops_) {
      const auto loop = each.lock();
      if (!loop) continue;
      loop->post([&on = *loop, key = key_] {
        if (const auto attached = on.detach(key)) static_cast<UpstreamPool&>(*attached).retire();
      });
    }
  }

 private:
  static std::uint64_t next_key() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
  }
  UpstreamOptions options_;
  std::shared_ptr<Resolver> resolver_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<LoopCore>> loops_;
  std::uint64_t key_ = next_key();
};

Upstreams::Upstreams(UpstreamOptions options)
    : shared_(std::make_shared<Shared>(std::move(options))) {}
Upstreams::~Upstreams() { shared_->retire(); }

std::shared_ptr<UpstreamExchange> Upstreams::start(Loop& loop, const Endpoint& endpoint,
                                                   const UpstreamRequest& request,
                                                   const WriteHead& write_head) {
  auto call = make_recycled<UpstreamCall>(static_cast<LoopCore&>(loop).shared_from_this(),
                                          shared_->pool_of(loop), endpoint, request);
  call->start(write_head);
  return make_recycled<UpstreamHandle>(std::move(call));
}

std::size_t Upstreams::idle_connections(Loop& loop) const { return shared_->pool_of(loop)->idle(); }

}  // namespace banyan::http
