// SPDX-License-Identifier: Apache-2.0
#include "shop_client.hpp"

#include <fmt/core.h>

#include <charconv>

#include "banyan/kernel/clock.hpp"
#include "narrator.hpp"

namespace journey {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kPatience{15'000};

}  // namespace

std::string Answer::rule() const {
  const nlohmann::json document = json();
  return document.is_object() ? document.value("rule", "") : "";
}

ShopClient::ShopClient(unsigned short port) : client_({"127.0.0.1", port}) {}

Answer ShopClient::exchange(const banyan::http::Request& request, milliseconds patience,
                            banyan::http::Repeat repeat) {
  auto response = client_.exchange(request, banyan::system_clock().steady() + patience, repeat);
  if (!response) return {0, {}, response.error().message};
  return {response->head.status, std::move(response->body), {}};
}

Answer ShopClient::get(const std::string& target, std::string_view customer) {
  banyan::http::Request request;
  request.head.method = "GET";
  request.head.target = target;
  if (!customer.empty()) request.head.fields.add("X-Customer", customer);
  return exchange(request, kPatience, banyan::http::Repeat::Safe);
}

std::string ShopClient::open_account(const std::string& name, const std::string& email) {
  banyan::http::Request request;
  request.head.method = "POST";
  request.head.target = "/customers";
  request.head.fields.add("Content-Type", "application/json");
  request.head.fields.add("Idempotency-Key", "account-" + email);
  request.body = nlohmann::json{
      {"name", name},
      {"email", email},
      {"address",
       {{"recipient", name},
        {"street", "Ring 1"},
        {"postal_code", "10115"},
        {"city", "Berlin"},
        {"country",
         "DE"}}}}.dump();
  const Answer answer = exchange(request, kPatience, banyan::http::Repeat::Safe);
  if (answer.status != 200 && answer.status != 201) {
    throw Broken(
        fmt::format("POST /customers: {} {}{}", answer.status, answer.body, answer.problem));
  }
  return answer.json().at("id");
}

Answer ShopClient::place_order(const std::string& customer, const std::string& key,
                               const std::vector<std::pair<std::string, std::int64_t>>& lines) {
  nlohmann::json body = {{"customer", customer}, {"lines", nlohmann::json::array()}};
  for (const auto& [track, quantity] : lines) {
    body["lines"].push_back({{"track", track}, {"quantity", quantity}});
  }
  banyan::http::Request request;
  request.head.method = "POST";
  request.head.target = "/orders";
  request.head.fields.add("Content-Type", "application/json");
  request.head.fields.add("Idempotency-Key", key);
  request.head.fields.add("X-Customer", customer);
  request.body = body.dump();
  return exchange(request, kPatience, banyan::http::Repeat::Safe);
}

std::vector<nlohmann::json> ShopClient::all(const std::string& path, const std::string& member) {
  std::vector<nlohmann::json> rows;
  std::string cursor;
  do {
    const Answer answer = get(path + "?limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor));
    const nlohmann::json page = answer.json();
    if (answer.status != 200 || !page.is_object()) {
      throw Broken(
          fmt::format("GET {}: {} {}{}", path, answer.status, answer.body, answer.problem));
    }
    for (const auto& row : page.at(member)) rows.push_back(row);
    cursor = page.value("next_cursor", "");
  } while (!cursor.empty());
  return rows;
}

double ShopClient::metric(std::string_view name, const std::vector<std::string>& labels) {
  const Answer answer = get("/metrics");
  double total = 0;
  std::string_view text = answer.body;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.starts_with(name) || line.size() <= name.size() ||
        (line[name.size()] != '{' && line[name.size()] != ' ')) {
      continue;
    }
    bool wanted = true;
    for (const std::string& label : labels)
      wanted = wanted && line.find(label) != std::string_view::npos;
    if (!wanted) continue;
    double value = 0;
    const std::string_view number = line.substr(line.rfind(' ') + 1);
    std::from_chars(number.data(), number.data() + number.size(), value);
    total += value;
  }
  return total;
}

}  // namespace journey
