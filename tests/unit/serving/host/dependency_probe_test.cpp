// SPDX-License-Identifier: Apache-2.0
#include "dependency_probe.hpp"

#include <gtest/gtest.h>

#include "banyan/http/server.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/certificates.hpp"

namespace banyan::host {
namespace {

/// Does at once what it is woken for.
class AtOnce final : public Scheduler {
 public:
  std::unique_ptr<Handle> every(std::chrono::milliseconds /*interval*/,
                                std::move_only_function<void()> task) override {
    return std::make_unique<Woken>(std::move(task));
  }

 private:
  class Woken final : public Handle {
   public:
    explicit Woken(std::move_only_function<void()> task) : task_(std::move(task)) {}
    void wake() override { task_(); }

   private:
    std::move_only_function<void()> task_;
  };
};

class AliveByTls final : public http::Application {
 public:
  explicit AliveByTls(const test::Issued& own) {
    http::TlsServerOptions tls;
    tls.certificates = {{own.chain_file, own.key_file}};
    http::ServerOptions options;
    options.loops = 1;
    options.tls = {std::make_shared<http::TlsServer>(http::TlsServer::read(tls).value())};
    server_ = std::make_unique<http::Server>(std::move(options), *this);
    server_->start();
  }
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    http::Response response;
    response.head.status = exchange->head().target == "/health/live" ? 200 : 404;
    exchange->respond(std::move(response));
  }
  http::Endpoint endpoint() const { return {"127.0.0.1", server_->port()}; }

 private:
  std::unique_ptr<http::Server> server_;
};

TEST(TheProbeOfADependency, AsksByTlsWhereItIsCalledSo) {
  const test::TemporaryFolder folder;
  test::Authority authority(folder.path());
  const AliveByTls service(authority.issue("service", {.names = {"IP:127.0.0.1"}}));
  AtOnce scheduler;
  const auto tls = std::make_shared<http::TlsClient>(
      http::TlsClient::read({.ca_file = authority.file()}).value());
  const DependencyProbe probe("catalog", service.endpoint(), tls, scheduler);
  EXPECT_TRUE(probe.finding().ok) << probe.finding().message;
  const DependencyProbe plain("catalog", service.endpoint(), nullptr, scheduler);
  EXPECT_FALSE(plain.finding().ok);
}

}  // namespace
}  // namespace banyan::host
