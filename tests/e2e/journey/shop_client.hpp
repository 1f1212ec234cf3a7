// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/client.hpp"

namespace journey {

/// An answer, or why there was none.
struct Answer {
  unsigned status = 0;  ///< 0: none
  std::string body;
  std::string problem;  ///< when there was none
  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
  std::string rule() const;
};

/// The shop as a customer sees it: plain HTTP.
class ShopClient {
 public:
  explicit ShopClient(unsigned short port);

  /// `customer` is sent as X-Customer, which the shop takes for the stickiness key.
  Answer get(const std::string& target, std::string_view customer = {});
  /// Opens an account, once for the e-mail address. Its customer's id; throws Broken when there is
  /// none in the end.
  std::string open_account(const std::string& name, const std::string& email);
  Answer place_order(const std::string& customer, const std::string& key,
                     const std::vector<std::pair<std::string, std::int64_t>>& lines);

  /// All pages of a list. Throws Broken when one of them does not come.
  std::vector<nlohmann::json> all(const std::string& path, const std::string& member);

  /// The Prometheus samples whose name and labels begin or contain what is asked, added up.
  double metric(std::string_view name, const std::vector<std::string>& labels);

 private:
  Answer exchange(const banyan::http::Request& request, std::chrono::milliseconds patience,
                  banyan::http::Repeat repeat);
  banyan::http::Client client_;
};

}  // namespace journey
