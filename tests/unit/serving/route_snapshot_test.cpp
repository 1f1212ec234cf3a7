// SPDX-License-Identifier: Apache-2.0
#include "route_snapshot.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "banyan/serving/dependency.hpp"
#include "judged_side.hpp"
#include "proxy_fixture.hpp"
#include "tls_material.hpp"

namespace banyan::serving {
namespace {

/// Snapshots of a process that has an endpoint at /cart, one after the other.
class ASnapshot : public ProxyTest {
 protected:
  ASnapshot() {
    Endpoint cart;
    cart.name = "cart";
    cart.path = "/cart";
    cart.at_once = true;  // nothing is answered here
    served_.endpoints.push_back(std::move(cart));
  }

  static std::string upstream(std::uint16_t port, const std::string& more) {
    return "[proxy]\nlisten = [\"127.0.0.1:0\"]\n[upstreams.up]\ninstances = [\"127.0.0.1:" +
           std::to_string(port) + "\"]\n" + more;
  }
  static std::string route(const std::string& path) {
    return "[[routes]]\nname = \"up\"\npath = \"" + path +
           "\"\nmethods = [\"GET\"]\nlegacy = \"up\"\n";
  }
  std::expected<std::shared_ptr<const RouteSnapshot>, std::vector<FileProblem>> build(
      const std::string& text, const TlsMaterial& material, const RouteSnapshot* before) {
    auto read = parse_configuration(text, "banyan.toml");
    if (!read) throw std::runtime_error(to_string(read.error()));
    return RouteSnapshot::build(
        {.routing = std::make_shared<const Routing>(Routing{std::move(*read)}),
         .served = served_,
         .pages = pages_,
         .listeners = {OwnPages::All},
         .endpoint_workers = endpoint_workers_,
         .page_workers = *workers_,
         .upstreams = common_,
         .tls = material,
         .requests = metrics_.requests,
         .sides = sides_,
         .before = before,
         .file = "banyan.toml"});
  }
  static TlsMaterial believing(bool anybody) {
    TlsMaterial material;
    material.upstreams["up"] =
        http::TlsClient::read({.insecure_accept_any_certificate = anybody}).value();
    return material;
  }

  Served served_;
  std::vector<OwnPage> pages_;
  std::unique_ptr<Executor> workers_ = make_worker_pool(1, 8);
  EndpointWorkers endpoint_workers_{served_.endpoints, {}};
  upstream::HealthChecks checks_;
  UpstreamPool::Common common_{.forwarding = {}, .health = {}, .clock = system_clock()};
  telemetry::Metrics metrics_;
  SideHealth sides_;
};

TEST_F(ASnapshot, ThatIsRefusedLeavesTheChecksOfTheOneInForceAsTheyAre) {
  const auto first =
      build(upstream(legacy_.port(), "health = {every = \"10ms\"}\n" + route("/a")), {}, nullptr);
  ASSERT_TRUE(first.has_value());
  (*first)->begin({}, checks_);
  until("a check", [&] { return legacy_.reads > 0; });
  for (const char* const health : {"", "health = {every = \"60m\"}\n"}) {
    ASSERT_FALSE(build(upstream(legacy_.port(), health + route("/cart")), {}, first->get()));
    const int before = legacy_.reads;
    until("further checks", [&] { return legacy_.reads > before + 2; });
  }
}

TEST_F(ASnapshot, ThatIsRefusedChangesNothingOfWhoIsBelieved) {
  const std::string tls = "[upstreams.up.tls]\nverify = \"insecure-none\"\n";
  const auto first = build(upstream(1, tls + route("/a")), believing(false), nullptr);
  ASSERT_TRUE(first.has_value());
  (*first)->begin(believing(false), checks_);
  const http::TlsClient& client = *(*first)->pools().at("up")->tls;
  const std::uint64_t in_force = client.generation();
  // The group as it was, and one that is another.
  for (const char* const more : {"", "answer_time = \"7s\"\n"}) {
    ASSERT_FALSE(build(upstream(1, more + tls + route("/cart")), believing(true), first->get()));
    EXPECT_EQ(client.generation(), in_force) << more;
  }
  const auto next = build(upstream(1, tls + route("/b")), believing(true), first->get());
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(client.generation(), in_force);
  (*next)->begin(believing(true), checks_);
  EXPECT_EQ(client.generation(), in_force + 1);
}

TEST_F(ASnapshot, KnowsANewSideThatIsElsewhereOrIsHeldToOtherRulesFromTheOneBefore) {
  const auto side = [&](std::uint16_t successor, const std::string& more) {
    const auto built = build(shop_configuration(1, successor, more), {}, nullptr);
    if (!built) throw std::runtime_error(to_string(built.error()));
    return judged_side(**built, "catalog");
  };
  const std::string before = side(2, "");
  EXPECT_EQ(side(2, ""), before);
  EXPECT_EQ(side(2, "[rollouts.catalog.plan]\nsteps = [\"10%\", \"100%\"]\n"), before);
  EXPECT_EQ(side(2,
                 "[[routes]]\nname = \"catalog.tracks\"\nprefix = \"/tracks\"\n"
                 "methods = [\"GET\"]\nlegacy = \"legacy\"\nsuccessor = \"catalog\"\n"
                 "rollout = \"catalog\"\n"),
            before)
      << "a route more leads there as well";
  EXPECT_NE(side(3, ""), before);
  EXPECT_NE(side(2,
                 "[[rollouts.catalog.compare.fields]]\npath = \"/total\"\nas = \"number\"\n"
                 "within = \"0.01\"\n"),
            before);
}

TEST_F(ASnapshot, RenewsTheCertificatesOfCallsToTheSameService) {
  const std::string tls = "[upstreams.up.tls]\nverify = \"insecure-none\"\n";
  const std::string text = upstream(1, tls);
  const auto configuration = parse_configuration(text, "banyan.toml").value();
  ServedModule module;
  module.name = "up";
  module.service =
      dependency_group("up", {{"127.0.0.1", 1}}, configuration, file(), system_clock()).value();
  served_.modules.push_back(module);
  const http::TlsClient& calls = *module.service->options().connections.tls;
  const auto first = build(text, believing(true), nullptr);
  ASSERT_TRUE(first.has_value());
  (*first)->begin(believing(true), checks_);
  const std::uint64_t in_force = calls.generation();
  const auto next = build(text, believing(false), first->get());
  (*next)->begin(believing(false), checks_);
  EXPECT_EQ(calls.generation(), in_force + 1);
}

TEST(CallsOfAModule, AreAlikeUntilSomethingOfThemChanges) {
  const auto with = [](const std::string& of_up) {
    return parse_configuration(
               "[proxy]\nlisten = [\"127.0.0.1:0\"]\n[upstreams.up]\n"
               "instances = [\"127.0.0.1:1\"]\n" +
                   of_up,
               "banyan.toml")
        .value();
  };
  const strangler::Configuration before = with("answer_time = \"7s\"\n[upstreams.up.tls]\n");
  EXPECT_TRUE(called_alike("up", before, before));
  EXPECT_TRUE(called_alike("up", before,
                           with("answer_time = \"7s\"\n[upstreams.up.tls]\nca = \"other.pem\"\n")))
      << "certificates are renewed";
  EXPECT_FALSE(called_alike("up", before, with("answer_time = \"8s\"\n[upstreams.up.tls]\n")));
  EXPECT_FALSE(called_alike("up", before, with("answer_time = \"7s\"\n")));
}

TEST_F(ASnapshot, ThatIsRefusedLeavesNoRowsInTheFigures) {
  ASSERT_FALSE(build(upstream(1, route("/cart")), {}, nullptr));
  EXPECT_TRUE(metrics_.requests.read().empty());
}

}  // namespace
}  // namespace banyan::serving
