// SPDX-License-Identifier: Apache-2.0
#include "operator_pages.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "proxy_fixture.hpp"
#include "stages/control_store.hpp"
#include "stages/switchboard.hpp"

namespace banyan::strangler {
namespace {

/// The pages alone, one of which breaks.
class TheOperatorsPages : public testing::Test, public http::Application {
 protected:
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    if (!pages_.serve_reserved(exchange, true)) pages_.serve_common(exchange, true);
  }
  void SetUp() override {
    http::ServerOptions options;
    options.loops = 1;
    server_ = std::make_unique<http::Server>(std::move(options), *this);
    server_->start();
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<ControlStore> store_ =
      ControlStore::open((folder_.path() / "control.db").string()).value();
  Switchboard board_{*store_};
  AdminApi admin_{board_};
  telemetry::Health health_;
  telemetry::Metrics metrics_;
  telemetry::Log log_{{.service = "test", .file = (folder_.path() / "log.json").string()}};
  OperatorPages pages_{{.admin = admin_,
                        .health = health_,
                        .metrics = metrics_,
                        .log = log_,
                        .live = []() -> std::string { throw std::runtime_error("disk I/O error"); },
                        .upstreams = [] { return std::string("[]"); }}};
  std::unique_ptr<http::Server> server_;
};

TEST_F(TheOperatorsPages, AnswerWith500WhenOneFailsAndServeTheOthers) {
  const test::Seen broken = test::get(server_->port(), "/_banyan/api/live");
  EXPECT_EQ(broken.status, 500u);
  EXPECT_THAT(broken.body, testing::HasSubstr("proxy.fault"));
  EXPECT_THAT(broken.body, testing::Not(testing::HasSubstr("disk I/O error")));
  EXPECT_EQ(test::get(server_->port(), "/_banyan/api/upstreams").status, 200u);

  metrics_.add_gauges([]() -> std::vector<telemetry::Gauge> { throw std::bad_alloc(); });
  EXPECT_EQ(test::get(server_->port(), "/metrics").status, 500u);
  EXPECT_EQ(test::get(server_->port(), "/health/ready").status, 200u);
}

}  // namespace
}  // namespace banyan::strangler
