// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/client.hpp"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <utility>

namespace banyan::http {
namespace {

constexpr std::size_t kMaxInterim = 16;
/// The deadline is the caller's; the engine has no other times for an answer.
constexpr std::chrono::hours kAnyTime{24};
/// What the engine's timers may be late. It tells a better reason than that time is over.
constexpr std::chrono::milliseconds kGrace{30};

using Answer = std::expected<Response, ClientFailure>;

/// One exchange on its loop, and whoever waits for it on another thread.
class Asking : public std::enable_shared_from_this<Asking> {
 public:
  struct Order {
    Loop* loop;
    Upstreams* upstreams;
    Endpoint endpoint;
    Request request;
    SteadyTime deadline;
    Repeat repeat;
    WantedAnswer wanted;
  };
  explicit Asking(Order order) : order_(std::move(order)) {}

  Answer wait() {
    const std::stop_callback give_up(order_.wanted.given_up, [this] {
      const std::lock_guard lock(mutex_);
      given_up_ = true;
      came_.notify_one();
    });
    std::unique_lock lock(mutex_);
    came_.wait_until(lock, order_.deadline + kGrace,
                     [this] { return answer_.has_value() || given_up_; });
    if (answer_) return std::move(*answer_);
    const std::string_view why = given_up_ ? ": no answer before the asking was given up"
                                           : ": no answer before the deadline";
    given_up_ = true;
    lock.unlock();
    order_.loop->post([self = shared_from_this()] { self->exchange_ = nullptr; });
    return std::unexpected(
        ClientFailure{ClientFailure::Kind::Timeout, to_string(order_.endpoint).append(why)});
  }

  /// On the loop, as all that follows.
  void start() {
    if (given_up()) return;
    const std::string& body = order_.request.body;
    const RequestHead& head = order_.request.head;
    const Framing framing = body.empty() ? Framing::none() : Framing::of_length(body.size());
    exchange_ = order_.upstreams->start(*order_.loop, order_.endpoint,
                                        {.framing = framing,
                                         .safe_to_repeat = order_.repeat == Repeat::Safe,
                                         .deadline = order_.deadline},
                                        [&](HeadWriter& out) {
                                          out.request_line(head.method, head.target);
                                          if (!head.fields.contains("Host"))
                                            out.add("Host", host());
                                          out.add(head.fields);
                                        });
    next_head();
    if (framing.kind == Framing::Kind::None || !exchange_) return;
    exchange_->write(body, [self = shared_from_this()](bool sent) {
      if (sent && self->exchange_) self->exchange_->finish();
    });
  }

 private:
  bool given_up() {
    const std::lock_guard lock(mutex_);
    return given_up_;
  }

  std::string host() const {
    return is_unix(order_.endpoint) ? "localhost" : to_string(order_.endpoint);
  }

  void next_head() {
    exchange_->read_head([self = shared_from_this()](auto head) {
      if (!self->exchange_) return;
      if (!head) return self->end(std::unexpected(failure_of(head.error())));
      self->take_head(**head);
    });
  }

  void take_head(ResponseHead& head) {
    if (interim(head)) {
      if (++interim_ <= kMaxInterim) return next_head();
      return end(protocol_failure("too many interim answers"));
    }
    response_.head = std::move(head);
    if (!exchange_->has_body()) return end(std::move(response_));
    const Framing framing = exchange_->framing();
    if (framing.kind == Framing::Kind::Length && framing.length > order_.wanted.most_bytes) {
      return end(too_large());
    }
    if (const auto body = exchange_->take_small_body()) {
      response_.body = *body;
      return end(std::move(response_));
    }
    if (framing.kind == Framing::Kind::UntilClose && order_.wanted.end == AnswerEnd::IsTold) {
      return end(protocol_failure(
          "its answer has neither a length nor chunks, so nobody can tell whether it is complete"));
    }
    next_piece();
  }

  void next_piece() {
    exchange_->read_body([self = shared_from_this()](auto piece) {
      if (!self->exchange_) return;
      if (!piece) return self->end(std::unexpected(failure_of(piece.error())));
      if (piece->last) return self->end(std::move(self->response_));
      if (piece->bytes.size() > self->order_.wanted.most_bytes - self->response_.body.size()) {
        return self->end(self->too_large());
      }
      self->response_.body += piece->bytes;
      self->next_piece();
    });
  }

  Answer protocol_failure(std::string_view what) const {
    return failure(ClientFailure::Kind::Protocol, what);
  }
  Answer too_large() const {
    return failure(ClientFailure::Kind::TooLarge,
                   "its answer has more than the " + std::to_string(order_.wanted.most_bytes) +
                       " bytes that a whole answer may have; ask for it in parts, or stream it");
  }
  Answer failure(ClientFailure::Kind kind, std::string_view what) const {
    return std::unexpected(
        ClientFailure{kind, to_string(order_.endpoint).append(": ").append(what)});
  }

  void end(Answer answer) {
    exchange_ = nullptr;
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
    came_.notify_one();
  }

  const Order order_;
  std::shared_ptr<UpstreamExchange> exchange_;
  Response response_;
  std::size_t interim_ = 0;

  std::mutex mutex_;
  std::condition_variable came_;
  std::optional<Answer> answer_;
  bool given_up_ = false;
};

Answer carry_out(Asking::Order order) {
  // Beyond any time that can be waited for there is no deadline.
  order.deadline = std::min(order.deadline, std::chrono::steady_clock::now() + kAnyTime);
  Loop& loop = *order.loop;
  const auto asking = std::make_shared<Asking>(std::move(order));
  loop.post([asking] { asking->start(); });
  return asking->wait();
}

UpstreamOptions upstream_options(ClientOptions options) {
  return {.max_idle_per_loop = options.max_idle,
          .idle_keep = options.idle_timeout,
          .connect_timeout = options.connect_timeout,
          .look_up = std::move(options.look_up),
          .first_byte_timeout = kAnyTime,
          .stall_timeout = kAnyTime,
          .stream_timeout = kAnyTime,
          .limits = options.limits,
          .tls = std::move(options.tls)};
}

}  // namespace

std::string_view to_string(ClientFailure::Kind kind) {
  switch (kind) {
    case ClientFailure::Kind::Connect: return "connect";
    case ClientFailure::Kind::NoSocket: return "no_socket";
    case ClientFailure::Kind::Timeout: return "timeout";
    case ClientFailure::Kind::Closed: return "closed";
    case ClientFailure::Kind::Protocol: return "protocol";
    case ClientFailure::Kind::TooLarge: return "too_large";
    case ClientFailure::Kind::Request: return "request";
    case ClientFailure::Kind::Fault: return "fault";
  }
  return "";
}

ClientFailure failure_of(const UpstreamFailure& failure) {
  const auto kind = [&] {
    using Kind = UpstreamFailure::Kind;
    switch (failure.kind) {
      case Kind::Connect: return ClientFailure::Kind::Connect;
      case Kind::NoSocket: return ClientFailure::Kind::NoSocket;
      case Kind::Timeout:
      case Kind::Deadline: return ClientFailure::Kind::Timeout;
      case Kind::Protocol: return ClientFailure::Kind::Protocol;
      case Kind::TooLarge: return ClientFailure::Kind::TooLarge;
      case Kind::Request: return ClientFailure::Kind::Request;
      case Kind::Cancelled:
      case Kind::Fault: return ClientFailure::Kind::Fault;
      case Kind::Closed: break;
    }
    return ClientFailure::Kind::Closed;
  };
  return {kind(), failure.message, failure.provably_unsent, failure.stale};
}

std::expected<Response, ClientFailure> ask(Loop& loop, Upstreams& upstreams,
                                           const Endpoint& endpoint, const Request& request,
                                           SteadyTime deadline, Repeat repeat,
                                           const WantedAnswer& wanted) {
  return carry_out({&loop, &upstreams, endpoint, request, deadline, repeat, wanted});
}

Client::Client(Endpoint endpoint, ClientOptions options)
    : endpoint_(std::move(endpoint)),
      most_bytes_(options.limits.body_bytes),
      upstreams_(std::make_unique<Upstreams>(upstream_options(std::move(options)))),
      loops_(std::make_unique<Loops>(1)) {}
Client::~Client() = default;

std::size_t Client::idle_connections() const {
  std::promise<std::size_t> count;
  Loop& loop = loops_->at(0);
  loop.post([&] { count.set_value(upstreams_->idle_connections(loop)); });
  return count.get_future().get();
}

std::expected<Response, ClientFailure> Client::exchange(const Request& request, SteadyTime deadline,
                                                        Repeat repeat, std::stop_token given_up) {
  return carry_out({&loops_->at(0),
                    upstreams_.get(),
                    endpoint_,
                    request,
                    deadline,
                    repeat,
                    {most_bytes_, AnswerEnd::MayBeTheConnections, std::move(given_up)}});
}

}  // namespace banyan::http
