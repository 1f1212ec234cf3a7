// SPDX-License-Identifier: Apache-2.0
// Who is asked whether it can take traffic, and what keeps it from that.
#include "preflight.hpp"

#include <gmock/gmock.h>

#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "banyan/http/server.hpp"
#include "sockets.hpp"
#include "support/deaf_port.hpp"

namespace banyan::serving {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A service of the kit, as far as it is asked here.
class SomeService final : public http::Application {
 public:
  /// `serves`: its OpenAPI document's tags; "" when it has no document.
  explicit SomeService(std::string serves, unsigned ready = 200)
      : serves_(std::move(serves)), ready_(ready) {
    http::ServerOptions options;
    options.listen = {{"127.0.0.1", 0}};
    options.loops = 1;
    server_ = std::make_unique<http::Server>(std::move(options), *this);
    server_->start();
  }

  void handle(std::shared_ptr<http::Exchange> exchange) override {
    http::Response response;
    if (exchange->head().target == "/health/ready") {
      response.head.status = ready_;
    } else if (exchange->head().target == "/openapi.json" && !serves_.empty()) {
      response.body = R"({"openapi":"3.1.0","tags":[)" + serves_ + "]}";
    } else {
      response.head.status = 404;
    }
    exchange->respond(std::move(response));
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(server_->port()); }
  std::uint16_t port() const { return server_->port(); }

 private:
  const std::string serves_;
  const unsigned ready_;
  std::unique_ptr<http::Server> server_;
};

constexpr PortInfo kCatalog{.name = "catalog", .version = {2, 3}};

std::string tag(const std::string& name, const std::string& version) {
  return R"({"name":")" + name + R"(","x-banyan-version":")" + version + R"("})";
}

class APreflight : public testing::Test {
 protected:
  SomeService& service(const std::string& serves, unsigned ready = 200) {
    return services_.emplace_back(serves, ready);
  }
  std::string trouble(const PortInfo* port = &kCatalog) const {
    strangler::UpstreamGroup group;
    group.name = "catalog";
    for (const SomeService& each : services_) group.instances.push_back({"127.0.0.1", each.port()});
    for (const std::uint16_t each : away_) group.instances.push_back({"127.0.0.1", each});
    const UpstreamPool::Common common{.clock = system_clock()};
    const UpstreamPool pool(group, common, nullptr, {});
    return why_not_fit(pool, port, system_clock()).value_or("");
  }

  std::list<SomeService> services_;
  std::vector<std::uint16_t> away_;  ///< or of somebody else
};

TEST_F(APreflight, IsPassedByAServiceThatAnswersWhatIsAsked) {
  service(tag("orders", "1.0") + "," + tag("catalog", "2.3"));
  EXPECT_EQ(trouble(), "");
}

TEST_F(APreflight, IsPassedByAServiceThatCanDoMore) {
  service(tag("catalog", "2.10"));
  EXPECT_EQ(trouble(), "");
}

TEST_F(APreflight, NamesTheVersionsWhenTheServiceIsOlder) {
  const SomeService& old = service(tag("catalog", "2.2"));
  EXPECT_THAT(trouble(), AllOf(HasSubstr(old.address()), HasSubstr("serves catalog 2.2"),
                               HasSubstr("asks for catalog 2.3")));
}

TEST_F(APreflight, FindsAnotherContract) {
  service(tag("catalog", "3.0"));
  EXPECT_THAT(trouble(), HasSubstr("serves catalog 3.0"));
}

TEST_F(APreflight, FindsThatAnotherModuleAnswersThere) {
  service(tag("warehouse", "2.3"));
  EXPECT_THAT(trouble(), HasSubstr("does not serve catalog"));
}

TEST_F(APreflight, FindsThatNobodySaysWhatIsServed) {
  service("");
  EXPECT_THAT(trouble(), HasSubstr("404 to GET /openapi.json"));
}

TEST_F(APreflight, RefusesOneInstanceOfAnotherContractAmongGoodOnes) {
  const SomeService& good = service(tag("catalog", "2.3"));
  const SomeService& old = service(tag("catalog", "1.9"));
  EXPECT_THAT(trouble(), AllOf(HasSubstr(old.address()), Not(HasSubstr(good.address()))));
}

TEST_F(APreflight, LetsPassWhenOneInstanceIsAwayAndAnotherIsFit) {
  service(tag("catalog", "2.3"));
  away_.push_back(test::deaf_port());
  EXPECT_EQ(trouble(), "");
}

TEST_F(APreflight, NamesEachInstanceWhenNoneIsFit) {
  const SomeService& drains = service(tag("catalog", "2.3"), 503);
  away_.push_back(test::deaf_port());
  EXPECT_THAT(trouble(), AllOf(HasSubstr(drains.address() + " answers 503 to GET /health/ready"),
                               HasSubstr(std::to_string(away_.front()) + " does not answer")));
}

TEST_F(APreflight, AsksAnApplicationOfNobodysKitForNoContract) {
  service("", 404);
  EXPECT_EQ(trouble(nullptr), "");
}

TEST_F(APreflight, IsPassedByAnApplicationWhoseAnswersEndWithTheirConnections) {
  test::Listener application;  // as PHP's own server answers
  std::jthread answers([&] {
    test::Peer client = application.accept();
    client.read_head();
    client.send("HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n<p>A wiki.</p>");
  });
  away_.push_back(application.port());
  EXPECT_EQ(trouble(nullptr), "");
}

}  // namespace
}  // namespace banyan::serving
