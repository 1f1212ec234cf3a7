// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/http/client.hpp"

namespace recordshop::load {

/// The shop does not answer, or what it answers cannot be understood: nothing can be said about it.
struct NoAnswer : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Answer {
  unsigned status = 0;  ///< 0: none came
  std::string body;
  std::string trouble;  ///< why none came
  /// In which way none came, in a word: "closed", "timeout".
  std::string_view failure = {};
  /// Trouble was announced when it was asked for, or when it came; see Load::announce().
  bool announced = false;
  /// The same request is still being carried out, for somebody who did not wait for the answer.
  bool still_running() const;
  /// Asking again may help: none came, or 429, or 5xx, or still_running().
  bool worth_a_retry() const;
  bool good() const { return status >= 200 && status < 300; }
  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
  /// The rule of the problem: "orders.out_of_stock"; "" for none.
  std::string rule() const;
  /// What to count it by: the rule, else the status, or in which way none came.
  std::string cause() const;
  /// For people: "409 orders.out_of_stock", "no answer: …".
  std::string text() const;
};

/// A line of an order.
using Line = std::pair<std::string, std::int64_t>;  ///< track, quantity

/// The shop as an outside program sees it. Safe for concurrent use.
class ShopApi {
 public:
  /// `connections` are kept for reuse.
  ShopApi(const banyan::http::Endpoint& endpoint, std::size_t connections);

  /// `customer`, when not empty, is who the shop should take it for.
  Answer get(const std::string& target, std::string_view customer = {});
  /// `key` makes a repetition harmless.
  Answer post(const std::string& target, const nlohmann::json& body, const std::string& key,
              std::string_view customer = {});
  /// PUT without a body.
  Answer put(const std::string& target, std::string_view customer = {});
  Answer remove(const std::string& target, std::string_view customer = {});

  /// All pages of a list. Waits `patience` for a shop that is away. Throws NoAnswer.
  std::vector<nlohmann::json> all(const std::string& path, const std::string& member,
                                  std::chrono::milliseconds patience);

  /// Whether its OpenAPI document has the path: "/customers". Throws NoAnswer at the first call.
  bool has(const std::string& path, std::chrono::milliseconds patience);

  /// `payment_method` "": nothing is said of it.
  static nlohmann::json order_of(const std::string& customer, const std::vector<Line>& lines,
                                 const std::string& payment_method);

 private:
  Answer exchange(banyan::http::Request request, std::string_view customer);
  banyan::http::Client client_;
  std::set<std::string> paths_;
};

/// Of somebody who gets no answer of use: asks again soon, then later and later, until it is over.
class Patience {
 public:
  explicit Patience(std::chrono::milliseconds patience);
  /// After which pause to ask again; nothing when it is over.
  std::optional<std::chrono::milliseconds> pause();

 private:
  std::chrono::steady_clock::time_point until_;
  std::chrono::milliseconds pause_{20};
};

/// Asks until there is an answer that no repetition would better, or `patience` is over; counts the
/// repetitions.
Answer insist(const std::function<Answer()>& ask, std::chrono::milliseconds patience,
              std::uint64_t& repetitions);

}  // namespace recordshop::load
