// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "banyan/http/server.hpp"
#include "banyan/serving/proxy.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "sockets.hpp"
#include "support/becomes_true.hpp"

namespace banyan::serving {

using namespace strangler;  // NOLINT(google-build-using-namespace): what is served is made of its
                            // parts

/// A server that says who it is, and counts what it was asked.
class NamedServer final : public http::Application {
 public:
  explicit NamedServer(std::string name, std::uint16_t port = 0) : name_(std::move(name)) {
    http::ServerOptions options;
    options.listen = {{"127.0.0.1", port}};
    options.loops = 1;
    server_ = std::make_unique<http::Server>(std::move(options), *this);
    server_->start();
  }

  void handle(std::shared_ptr<http::Exchange> exchange) override {
    ++(exchange->head().method == "GET" ? reads : writes);
    http::Response response;
    response.head.fields.add("X-Routing",
                             exchange->head().fields.find("Banyan-Routing").value_or("none"));
    response.body = name_;
    exchange->respond(std::move(response));
  }

  std::uint16_t port() const { return server_->port(); }

  std::atomic<int> reads = 0;
  std::atomic<int> writes = 0;

 private:
  std::string name_;
  std::unique_ptr<http::Server> server_;
};

inline std::string shop_configuration(std::uint16_t legacy, std::uint16_t catalog,
                                      const std::string& more = "") {
  return "[proxy]\n"
         "listen = [\"127.0.0.1:0\"]\n"
         "sticky = [\"cookie:session\", \"header:X-User\", \"address\"]\n"
         "[upstreams.legacy]\n"
         "instances = [\"127.0.0.1:" +
         std::to_string(legacy) +
         "\"]\n"
         "[upstreams.catalog]\n"
         "instances = [\"127.0.0.1:" +
         std::to_string(catalog) +
         "\"]\n"
         "[rollouts.catalog]\n"
         "[[routes]]\n"
         "name = \"catalog.read\"\n"
         "prefix = \"/albums\"\n"
         "methods = [\"GET\"]\n"
         "effect = \"read\"\n"
         "legacy = \"legacy\"\n"
         "successor = \"catalog\"\n"
         "rollout = \"catalog\"\n"
         "[[routes]]\n"
         "name = \"catalog.write\"\n"
         "prefix = \"/albums\"\n"
         "methods = [\"POST\", \"PUT\"]\n"
         "effect = \"write\"\n"
         "legacy = \"legacy\"\n"
         "successor = \"catalog\"\n"
         "rollout = \"catalog\"\n"
         "[[routes]]\n"
         "name = \"rest\"\n"
         "prefix = \"/shop\"\n"
         "methods = [\"*\"]\n"
         "effect = \"write\"\n"
         "legacy = \"legacy\"\n" +
         more;
}

/// The value of a line of the metrics; -1: there is no such line.
inline double value_in(const std::string& metrics, const std::string& series) {
  const std::size_t at = metrics.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::stod(metrics.substr(at + series.size() + 2));
}

/// A proxy in this process, in front of a legacy application and a new service.
class ProxyTest : public testing::Test {
 protected:
  std::string file() const { return (folder_.path() / "banyan.toml").string(); }

  /// As an editor does: written beside it, then moved over it.
  static void write(const std::string& file, const std::string& text) {
    {
      std::ofstream out(file + ".new", std::ios::trunc);
      out << text;
    }
    std::filesystem::rename(file + ".new", file);
  }
  void configure(const std::string& more = "") {
    write(file(), shop_configuration(legacy_.port(), catalog_.port(), more));
  }

  void start(ProxyOptions options = {}) {
    options.config_file = file();
    options.log_file = (folder_.path() / "log.json").string();
    options.loops = 1;
    // How busy the machine is that a test runs on must not decide about its copies.
    if (options.late_after == ProxyOptions().late_after) options.late_after = std::chrono::hours(1);
    auto made = Proxy::make(options);
    ASSERT_TRUE(made.has_value()) << made.error();
    proxy_ = std::move(*made);
    proxy_->start();
    port_ = proxy_->listening().front().port;
  }

  std::string side_of(int user) const {
    return test::get(port_, "/albums/1",
                     "Cookie: a=b; session=user" + std::to_string(user) + "\r\n")
        .body;
  }
  /// Which of the first `count` users are on the new side.
  std::vector<bool> new_side(int count) const {
    std::vector<bool> users;
    for (int user = 0; user < count; ++user) users.push_back(side_of(user) == "catalog");
    return users;
  }

  test::Seen post(const std::string& target, const std::string& body,
                  const std::string& fields = "Content-Type: application/json\r\n") const {
    return test::ask(port_, "POST " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields +
                                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                                body);
  }
  /// Forced, and whatever they answer: most new sides of tests answer only what they are asked in
  /// the test.
  unsigned shift(const std::string& percent, const std::string& more = "") const {
    return post("/_banyan/api/rollouts/catalog/shift",
                R"({"percent":")" + percent +
                    R"(","force":true,"despite_differences":true,"who":"ann","why":"a test")" +
                    more + "}")
        .status;
  }
  /// What is counted or logged about a request may come a moment after its answer.
  template <class Condition>
  static void until(const std::string& what, Condition condition) {
    ASSERT_TRUE(test::becomes_true(condition)) << "waited for: " << what;
  }
  std::string log() const {
    std::ifstream in(folder_.path() / "log.json");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  test::TemporaryFolder folder_;
  NamedServer legacy_{"legacy"};
  NamedServer catalog_{"catalog"};
  std::unique_ptr<Proxy> proxy_;
  std::uint16_t port_ = 0;
};

}  // namespace banyan::serving
