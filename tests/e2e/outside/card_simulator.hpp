// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "banyan/binding/outside_http.hpp"
#include "banyan/http/client.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "outside/card_provider.hpp"
#include "support/becomes_true.hpp"
#include "support/child_process.hpp"

namespace recordshop::card {

using banyan::system_clock;
using banyan::test::becomes_true;
using banyan::test::ChildProcess;
using nlohmann::json;
using std::chrono::milliseconds;

/// A program that says by a file which port it has.
class Started {
 public:
  Started(const std::string& program, std::vector<std::string> options) {
    const auto ready = folder_.path() / "ready";
    options.insert(options.begin(), BANYAN_BIN "/" + program);
    options.insert(options.end(), {"--port", "0", "--ready-file", ready.string()});
    process_.emplace(options, folder_.path() / "log");
    const std::string port = banyan::test::await_file(ready, *process_);
    if (port.empty()) throw std::runtime_error(program + " did not start");
    endpoint_ = {"127.0.0.1", static_cast<std::uint16_t>(std::stoi(port))};
    client_ = std::make_unique<banyan::http::Client>(endpoint_);
  }

  const banyan::http::Endpoint& endpoint() const { return endpoint_; }
  banyan::http::Response send(const std::string& method, const std::string& target,
                              const std::string& body = {},
                              const banyan::http::Fields& fields = {}) {
    banyan::http::Request request;
    request.head.method = method;
    request.head.target = target;
    for (const auto& field : fields) request.head.fields.add(field.name, field.value);
    request.body = body;
    auto answer = client_->exchange(request, system_clock().steady() + std::chrono::seconds(20));
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::move(*answer);
  }
  int stop() { return process_->stop(); }
  void kill() { process_->kill(); }

 private:
  banyan::test::TemporaryFolder folder_;
  std::optional<ChildProcess> process_;
  banyan::http::Endpoint endpoint_;
  std::unique_ptr<banyan::http::Client> client_;
};

/// The payment provider, in a process of its own.
class Simulator : public Started {
 public:
  explicit Simulator(std::vector<std::string> options = {})
      : Started("payment-provider", std::move(options)) {}

  void behave(const std::string& query) {
    const auto answer = send("GET", "/control?" + query);
    ASSERT_EQ(answer.head.status, 200U) << answer.body;
  }
  std::map<std::string, json> transactions() {
    std::map<std::string, json> all;
    const json books = json::parse(send("GET", "/books").body);
    for (const json& row : books.at("transactions")) {
      all[row["merchant_ref"].get<std::string>()] = row;
    }
    return all;
  }
  std::unique_ptr<payments::Provider> provider(milliseconds attempt_time = milliseconds(3'000)) {
    return card::make_card_provider(http(attempt_time), "/gw/xml", {"RECSHOP01", "change-me"});
  }
  std::shared_ptr<const banyan::binding::OutsideHttp> http(
      milliseconds attempt_time = milliseconds(3'000)) {
    return std::make_shared<const banyan::binding::OutsideHttp>("the card provider", endpoint(),
                                                                attempt_time, system_clock());
  }
};

}  // namespace recordshop::card
