// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "proxy_fixture.hpp"

namespace banyan::serving {

/// A server that answers as it is told, and remembers what it was asked.
class ToldServer final : public http::Application {
 public:
  using Answer = std::function<void(std::shared_ptr<http::Exchange>)>;

  explicit ToldServer(Answer answer, std::uint16_t port = 0) : answer_(std::move(answer)) {
    http::ServerOptions options;
    options.listen = {{"127.0.0.1", port}};
    options.loops = 1;
    server_ = std::make_unique<http::Server>(std::move(options), *this);
    server_->start();
  }
  ~ToldServer() override {
    server_.reset();  // held exchanges end with it
  }

  void handle(std::shared_ptr<http::Exchange> exchange) override {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(exchange->head());
    }
    answer_(std::move(exchange));
  }

  std::vector<http::RequestHead> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  /// Of those that say so whether they are copies.
  std::size_t copies() const {
    std::size_t count = 0;
    for (const auto& head : asked()) count += head.fields.contains("Banyan-Shadow") ? 1 : 0;
    return count;
  }
  std::uint16_t port() const { return server_->port(); }

 private:
  Answer answer_;
  mutable std::mutex mutex_;
  std::vector<http::RequestHead> asked_;
  std::unique_ptr<http::Server> server_;
};

inline ToldServer::Answer says(std::string body, unsigned status = 200,
                               std::string type = "application/json") {
  return [=](const std::shared_ptr<http::Exchange>& exchange) {
    http::Response response;
    response.head.status = status;
    response.head.fields.add("Content-Type", type);
    response.body = body;
    exchange->respond(std::move(response));
  };
}

/// Answers nothing, ever, and keeps who asks waiting.
class Silence {
 public:
  ToldServer::Answer answer() {
    return [this](std::shared_ptr<http::Exchange> exchange) {
      const std::lock_guard lock(mutex_);
      held_.push_back(std::move(exchange));
    };
  }
  std::size_t held() const {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }
  void let_go() {
    std::vector<std::shared_ptr<http::Exchange>> held;
    const std::lock_guard lock(mutex_);
    held.swap(held_);
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<http::Exchange>> held_;
};

/// A proxy between clients and the two sides of a rollout.
class TwoSides : public ProxyTest {
 protected:
  void between(std::uint16_t old_side, std::uint16_t new_side, const std::string& more = "") {
    write(file(), shop_configuration(old_side, new_side, more));
    start();
  }
  /// All readers on the old side, at a stage at which reads are copied.
  void begin_canary() { ASSERT_EQ(shift("0.01%"), 200u); }

  nlohmann::json differences() const {
    const auto document =
        nlohmann::json::parse(test::get(port_, "/_banyan/api/differences?module=catalog").body);
    return document.at("modules").at(0);
  }
  nlohmann::json copies() const { return differences().at("copies"); }
  std::uint64_t dropped(const std::string& reason) const {
    return copies().at("dropped").value(reason, std::uint64_t{0});
  }
  std::uint64_t compared() const { return copies().at("compared").get<std::uint64_t>(); }
  std::string metrics() const { return test::get(port_, "/metrics").body; }
};

}  // namespace banyan::serving
