// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/ids.hpp"

namespace recordshop::web {

/// What a visitor is about to order. It travels in a cookie, so that any process of the shop can
/// show it and none has to keep it; titles and prices are looked up each time.
class Basket {
 public:
  static constexpr std::size_t kMostLines = 50;  ///< what fits into a cookie with room to spare
  static constexpr std::int64_t kMostCopies = 99;

  struct Line {
    catalog::TrackId track;
    std::int64_t copies = 0;  ///< 1 … kMostCopies
    friend bool operator==(const Line&, const Line&) = default;
  };

  /// Whatever is no line is left out: a cookie is the visitor's to write.
  static Basket from(std::string_view cookie);
  std::string cookie() const;

  /// False when there is no room for another line; more copies than fit are as many as fit.
  bool add(const catalog::TrackId& track, std::int64_t copies);
  /// As many from now on; none takes the line out.
  void set(const catalog::TrackId& track, std::int64_t copies);

  /// The idempotency key under which what is in it is ordered, as long as that is the same; "" when
  /// nobody has given it one. It travels along, so that a page which is loaded anew orders the
  /// same.
  const std::string& order_key() const { return order_key_; }
  void order_by(std::string key) { order_key_ = std::move(key); }

  const std::vector<Line>& lines() const { return lines_; }
  std::int64_t copies() const;
  bool empty() const { return lines_.empty(); }
  friend bool operator==(const Basket&, const Basket&) = default;

 private:
  std::vector<Line> lines_;
  std::string order_key_;
};

}  // namespace recordshop::web
