// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "banyan/forwarding/copy_order.hpp"
#include "banyan/http/loop.hpp"
#include "banyan/http/upstream.hpp"
#include "relay.hpp"

namespace banyan::strangler {

/// A place at an instance that is well and has one to spare, until this is destroyed. What comes of
/// it is not told to the instance's health: a copy must not eject it. Only other copies go by
/// whether somebody is reached there at all.
class SparePlace {
 public:
  static std::expected<SparePlace, CopyFailure::Kind> take(upstream::Group& group);
  SparePlace(SparePlace&& other) noexcept
      : group_(std::exchange(other.group_, nullptr)), spare_(other.spare_) {}
  SparePlace& operator=(SparePlace&&) = delete;
  ~SparePlace();

  const http::Endpoint& endpoint() const { return group_->endpoint(spare_.instance); }
  void reached() const { group_->reached(spare_); }
  void not_reached() const { group_->not_reached(spare_); }

 private:
  SparePlace(upstream::Group& group, upstream::Group::Spare spare)
      : group_(&group), spare_(spare) {}
  upstream::Group* group_;
  upstream::Group::Spare spare_;
};

/// One copy on its way to an upstream, and its answer. All of it on one loop; callbacks that are
/// due keep it alive.
class CopyRun : public std::enable_shared_from_this<CopyRun> {
 public:
  CopyRun(std::shared_ptr<Forwarder::Shared> shared, http::Loop& loop, CopyOrder order);
  void run();

 private:
  void send();
  void send_body();
  void await_head();
  void take_head(http::ResponseHead& head);
  void await_piece();
  void take_piece(http::BodyPiece piece);
  void fail(CopyFailure failure);
  void fail(const http::UpstreamFailure& failure);
  void finish();
  bool over() const { return !order_.done; }
  /// What it throws fails this copy and nothing else.
  template <class Step>
  void take(Step step);

  std::shared_ptr<Forwarder::Shared> shared_;
  http::Loop& loop_;
  CopyOrder order_;
  SteadyTime began_;
  std::optional<SparePlace> place_;
  std::shared_ptr<http::UpstreamExchange> upstream_;
  CopyAnswer answer_;
};

}  // namespace banyan::strangler
