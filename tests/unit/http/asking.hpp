// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/http/upstream.hpp"

namespace banyan::http {

struct Outcome {
  std::vector<unsigned> statuses;
  std::string body;
  std::optional<UpstreamFailure> failure;
};

struct Wanted {
  RequestHead head;
  UpstreamRequest request;
  bool body_after_interim = false;  ///< not before an interim answer has come

  WriteHead write_head() const {
    return [this](HeadWriter& out) {
      out.request_line(head.method, head.target);
      out.add(head.fields);
    };
  }
};

/// Carries out one request on a loop, from the outside.
class Asking : public std::enable_shared_from_this<Asking> {
 public:
  static Outcome ask(Loops& loops, Upstreams& upstreams, const Endpoint& endpoint, Wanted request,
                     std::string body = {}) {
    auto asking = std::make_shared<Asking>();
    asking->body_ = std::move(body);
    auto outcome = asking->done_.get_future();
    Loop& loop = loops.at(0);
    loop.post([&, asking, wanted = std::move(request)]() mutable {
      const bool has_body = wanted.request.framing.kind != Framing::Kind::None;
      asking->exchange_ = upstreams.start(loop, endpoint, wanted.request, wanted.write_head());
      asking->body_waits_ = wanted.body_after_interim;
      asking->next_head();
      if (has_body && !asking->body_waits_) asking->next_piece();
    });
    if (outcome.wait_for(std::chrono::seconds(5)) != std::future_status::ready) return {};
    return outcome.get();
  }

 private:
  void next_piece() {
    const std::string_view piece = std::string_view(body_).substr(sent_, 40'000);
    sent_ += piece.size();
    if (piece.empty()) return exchange_->finish();
    exchange_->write(piece, [self = shared_from_this()](bool sent) {
      if (sent && self->exchange_) self->next_piece();
    });
  }
  void next_head() {
    exchange_->read_head(
        [self = shared_from_this()](std::expected<ResponseHead*, UpstreamFailure> head) {
          if (!head) return self->end(head.error());
          self->outcome_.statuses.push_back((*head)->status);
          if (!interim(**head)) return self->next_bytes();
          self->next_head();
          if (std::exchange(self->body_waits_, false)) self->next_piece();
        });
  }
  void next_bytes() {
    exchange_->read_body(
        [self = shared_from_this()](std::expected<BodyPiece, UpstreamFailure> piece) {
          if (!piece) return self->end(piece.error());
          if (piece->last) return self->end(std::nullopt);
          self->outcome_.body += piece->bytes;
          self->next_bytes();
        });
  }
  void end(std::optional<UpstreamFailure> failure) {
    outcome_.failure = std::move(failure);
    exchange_.reset();
    done_.set_value(std::move(outcome_));
  }

  std::shared_ptr<UpstreamExchange> exchange_;
  std::string body_;
  bool body_waits_ = false;
  std::size_t sent_ = 0;
  Outcome outcome_;
  std::promise<Outcome> done_;
};

inline Wanted get(bool safe = true) {
  return {{"GET", "/x", 1, {{"Host", "a"}}}, {.framing = Framing::none(), .safe_to_repeat = safe}};
}
inline Wanted post(Framing framing) {
  return {{"POST", "/x", 1, {{"Host", "a"}}}, {.framing = framing}};
}

struct Engine {
  explicit Engine(UpstreamOptions options = {}) : upstreams(std::move(options)) {}
  Outcome ask(const Endpoint& endpoint, Wanted request, std::string body = {}) {
    return Asking::ask(loops, upstreams, endpoint, std::move(request), std::move(body));
  }
  std::size_t idle() {
    std::promise<std::size_t> count;
    loops.at(0).post([&] { count.set_value(upstreams.idle_connections(loops.at(0))); });
    return count.get_future().get();
  }
  Upstreams upstreams;
  Loops loops{1};
};

}  // namespace banyan::http
