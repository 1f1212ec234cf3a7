// SPDX-License-Identifier: Apache-2.0
#include "load/shop_api.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "banyan/kernel/clock.hpp"

namespace recordshop::load {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kOneQuestion{15'000};

}  // namespace

bool Answer::worth_a_retry() const {
  return status == 0 || status == 429 || status >= 500 || still_running();
}

bool Answer::still_running() const { return status == 409 && rule() == "banyan.command_running"; }

std::string Answer::rule() const {
  const nlohmann::json document = json();
  return document.is_object() ? document.value("rule", "") : "";
}

std::string Answer::cause() const {
  if (status == 0) return fmt::format("no answer: {}", failure);
  const std::string name = rule();
  return name.empty() ? fmt::format("status {}", status) : name;
}

std::string Answer::text() const {
  if (status == 0) return "no answer: " + trouble;
  const std::string name = rule();
  return name.empty() ? fmt::format("{} {}", status, body.substr(0, 200))
                      : fmt::format("{} {}", status, name);
}

ShopApi::ShopApi(const banyan::http::Endpoint& endpoint, std::size_t connections)
    : client_(endpoint, {.max_idle = connections}) {}

Answer ShopApi::exchange(banyan::http::Request request, std::string_view customer) {
  if (!customer.empty()) request.head.fields.add("X-Customer", customer);
  auto response = client_.exchange(request, banyan::system_clock().steady() + kOneQuestion,
                                   banyan::http::Repeat::Safe);
  if (!response) {
    return {0, {}, response.error().message, banyan::http::to_string(response.error().kind)};
  }
  return {response->head.status, std::move(response->body), {}};
}

Answer ShopApi::get(const std::string& target, std::string_view customer) {
  banyan::http::Request request;
  request.head.method = "GET";
  request.head.target = target;
  return exchange(std::move(request), customer);
}

Answer ShopApi::post(const std::string& target, const nlohmann::json& body, const std::string& key,
                     std::string_view customer) {
  banyan::http::Request request;
  request.head.method = "POST";
  request.head.target = target;
  request.head.fields.add("Content-Type", "application/json");
  request.head.fields.add("Idempotency-Key", key);
  request.body = body.dump();
  return exchange(std::move(request), customer);
}

Answer ShopApi::put(const std::string& target, std::string_view customer) {
  banyan::http::Request request;
  request.head.method = "PUT";
  request.head.target = target;
  request.head.fields.add("Content-Type", "application/json");
  request.body = "{}";
  return exchange(std::move(request), customer);
}

Answer ShopApi::remove(const std::string& target, std::string_view customer) {
  banyan::http::Request request;
  request.head.method = "DELETE";
  request.head.target = target;
  return exchange(std::move(request), customer);
}

std::vector<nlohmann::json> ShopApi::all(const std::string& path, const std::string& member,
                                         milliseconds patience) {
  std::vector<nlohmann::json> rows;
  std::string cursor;
  std::uint64_t repetitions = 0;
  do {
    const std::string target = path + "?limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor);
    const Answer answer = insist([&] { return get(target); }, patience, repetitions);
    const nlohmann::json page = answer.json();
    if (!answer.good() || !page.is_object() || !page.contains(member)) {
      throw NoAnswer(fmt::format("GET {}: {}", target, answer.text()));
    }
    for (const auto& row : page.at(member)) rows.push_back(row);
    cursor = page.value("next_cursor", "");
  } while (!cursor.empty());
  return rows;
}

bool ShopApi::has(const std::string& path, milliseconds patience) {
  if (paths_.empty()) {
    std::uint64_t repetitions = 0;
    const Answer answer = insist([&] { return get("/openapi.json"); }, patience, repetitions);
    const nlohmann::json document = answer.json();
    if (!answer.good() || !document.is_object() || !document.contains("paths")) {
      throw NoAnswer("GET /openapi.json: " + answer.text());
    }
    for (const auto& [name, operations] : document["paths"].items()) paths_.insert(name);
  }
  return paths_.contains(path);
}

nlohmann::json ShopApi::order_of(const std::string& customer, const std::vector<Line>& lines,
                                 const std::string& payment_method) {
  nlohmann::json body = {{"customer", customer}, {"lines", nlohmann::json::array()}};
  for (const auto& [track, quantity] : lines) {
    body["lines"].push_back({{"track", track}, {"quantity", quantity}});
  }
  if (!payment_method.empty()) body["payment_method"] = payment_method;
  return body;
}

Patience::Patience(milliseconds patience) : until_(std::chrono::steady_clock::now() + patience) {}

std::optional<milliseconds> Patience::pause() {
  constexpr milliseconds kLongest{1'000};
  if (std::chrono::steady_clock::now() + pause_ > until_) return std::nullopt;
  return std::exchange(pause_, std::min(pause_ * 2, kLongest));
}

Answer insist(const std::function<Answer()>& ask, milliseconds patience,
              std::uint64_t& repetitions) {
  Patience left(patience);
  while (true) {
    Answer answer = ask();
    const auto pause = answer.worth_a_retry() ? left.pause() : std::nullopt;
    if (!pause) return answer;
    std::this_thread::sleep_for(*pause);
    ++repetitions;
  }
}

}  // namespace recordshop::load
