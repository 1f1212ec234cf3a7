// SPDX-License-Identifier: Apache-2.0
// Pages and callbacks of the application: those of one module keep no others waiting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <string>
#include <vector>

#include "banyan/http/client.hpp"
#include "demo_host.hpp"

namespace banyan::host {
namespace {

using testing::HasSubstr;

serving::Endpoint endpoint(
    const std::string& module, const std::string& method, const std::string& path,
    std::function<void()> inside = [] {}) {
  serving::Endpoint made;
  made.name = method + path.substr(1);
  made.method = method;
  made.path = path;
  made.effect = method == "GET" ? Effect::Read : Effect::Write;
  made.module = module;
  made.answer = [inside = std::move(inside)](const http::Request&, const Context&) {
    inside();
    http::Response response;
    response.body = "answered";
    return response;
  };
  return made;
}

class Endpoints : public testing::Test {
 protected:
  static constexpr int kThreads = 4;  ///< for each kind of endpoint
  static Options few_threads() {
    Options options;
    options.workers = {.reads = kThreads, .writes = kThreads};
    options.queue = kThreads;
    return options;
  }

  ~Endpoints() override {
    release_.count_down();
    for (auto& each : asked_) each.wait();
  }

  void serve(std::vector<serving::Endpoint> endpoints) {
    shop_.own_endpoints = std::move(endpoints);
    shop_.serve();
  }
  http::Response ask(const std::string& method, const std::string& path) const {
    http::Request request;
    request.head.method = method;
    request.head.target = path;
    http::Client client(shop_.endpoint());
    auto answer = client.exchange(request, system_clock().steady() + std::chrono::seconds(30));
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::move(*answer);
  }
  std::function<void()> hang() {
    return [this] {
      hanging_.count_down();
      release_.wait();
    };
  }
  /// Returns when every thread that may answer there hangs.
  void fill(const std::string& method, const std::string& path) {
    for (int i = 0; i < kThreads; ++i) {
      asked_.push_back(std::async(std::launch::async, [=, this] { ask(method, path); }));
    }
    hanging_.wait();
  }

  std::latch hanging_{kThreads};
  std::latch release_{1};
  ServedDemo shop_{"here", Linkage::Linked, few_threads()};
  std::vector<std::future<void>> asked_;
};

TEST_F(Endpoints, OfOneModuleKeepNoOtherModulesPageWaiting) {
  serve({endpoint("orders", "POST", "/orders", hang()), endpoint("orders", "GET", "/orders"),
         endpoint("catalog", "GET", "/albums"), endpoint("payments", "POST", "/callbacks"),
         endpoint("", "POST", "/other")});
  fill("POST", "/orders");
  EXPECT_EQ(ask("GET", "/albums").body, "answered");
  EXPECT_EQ(ask("POST", "/callbacks").body, "answered");
  EXPECT_EQ(ask("POST", "/other").body, "answered");
  EXPECT_EQ(ask("GET", "/orders").body, "answered") << "reads have threads of their own";
}

TEST_F(Endpoints, ThatWaitForNobodyAreAnsweredHoweverMuchHangs) {
  serving::Endpoint file = endpoint("orders", "GET", "/file");
  file.at_once = true;
  serve({endpoint("orders", "GET", "/orders", hang()), std::move(file)});
  fill("GET", "/orders");
  EXPECT_EQ(ask("GET", "/file").body, "answered");
  EXPECT_EQ(ask("GET", "/openapi.json").head.status, 200U);
}

TEST_F(Endpoints, SayWhoseThreadsAreBusy) {
  serve({endpoint("orders", "POST", "/orders", hang())});
  fill("POST", "/orders");
  std::promise<http::Response> refused;
  for (int i = 0; i <= kThreads; ++i) {  // all but one find room to wait
    asked_.push_back(std::async(std::launch::async, [&] {
      http::Response answer = ask("POST", "/orders");
      if (answer.head.status == 503) refused.set_value(std::move(answer));
    }));
  }
  const std::string said = refused.get_future().get().body;
  EXPECT_THAT(said, HasSubstr("banyan.too_busy"));
  EXPECT_THAT(said, HasSubstr("the writes of the endpoints of orders"));
}

}  // namespace
}  // namespace banyan::host
