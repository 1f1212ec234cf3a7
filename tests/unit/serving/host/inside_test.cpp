// SPDX-License-Identifier: Apache-2.0
// The address where only other processes of the application come, beside the one for anybody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "banyan/http/client.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "demo_host.hpp"
#include "option_reader.hpp"
#include "routing.hpp"
#include "support/certificates.hpp"

namespace banyan::host {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string thing() { return "/things/" + demo::thing_id(7).str(); }

http::Response ask(const http::Endpoint& at, const std::string& method, const std::string& target,
                   const http::Fields& fields = {}) {
  http::Request request;
  request.head.method = method;
  request.head.target = target;
  for (const auto& field : fields) request.head.fields.add(field.name, field.value);
  http::Client client(at);
  auto answer = client.exchange(request, system_clock().steady() + std::chrono::seconds(10));
  if (!answer) throw std::runtime_error(answer.error().message);
  return std::move(*answer);
}

class TheInside : public testing::Test {
 protected:
  Options options(std::optional<http::Endpoint> demo = std::nullopt) const {
    Options all;
    all.internal_address = http::Endpoint{"unix:" + (folder_.path() / "inside.sock").string(), 0};
    if (demo) all.at["demo"] = *demo;
    return all;
  }

  test::TemporaryFolder folder_;
};

TEST_F(TheInside, HasTheOperationsThatAreForModulesOnlyAndTheFrontHasNot) {
  ServedDemo shop("here", Linkage::Linked, options());
  shop.serve();
  EXPECT_EQ(ask(shop.inside(), "PUT", thing() + "/polish").head.status, 200U);
  EXPECT_EQ(shop.module->calls, 1);
  EXPECT_EQ(ask(shop.endpoint(), "PUT", thing() + "/polish").head.status, 404U);
  EXPECT_EQ(shop.module->calls, 1);
  for (const http::Endpoint& each : {shop.inside(), shop.endpoint()}) {
    EXPECT_EQ(ask(each, "GET", thing()).head.status, 200U);
  }
}

TEST_F(TheInside, TakesTheWordOfItsCallersAndTheFrontDoesNot) {
  ServedDemo shop("here", Linkage::Linked, options());
  shop.serve();
  const http::Fields said = {{"Banyan-Principal", "ada"},
                             {"Banyan-Stickiness-Key", "ada"},
                             {"Banyan-Place", "203.0.113.7"}};
  ask(shop.inside(), "GET", thing(), said);
  EXPECT_EQ(shop.module->last().principal, "ada");
  EXPECT_EQ(shop.module->last().stickiness_key, "ada");
  EXPECT_EQ(shop.module->last().place, "203.0.113.7");
  ask(shop.endpoint(), "GET", thing(), said);
  EXPECT_EQ(shop.module->last().principal, "");
  EXPECT_EQ(shop.module->last().place, "");
}

TEST_F(TheInside, HasNoPagesForVisitorsOrOperators) {
  ServedDemo shop("here", Linkage::Linked, options());
  serving::Endpoint page;
  page.name = "page";
  page.path = "/page";
  page.answer = [](const http::Request&, const Context&) { return http::Response(); };
  shop.own_endpoints.push_back(page);
  shop.serve();
  for (const char* each : {"/", "/page"}) {
    EXPECT_EQ(ask(shop.endpoint(), "GET", each).head.status, 200U) << each;
    EXPECT_EQ(ask(shop.inside(), "GET", each).head.status, 404U) << each;
  }
  for (const char* each : {"/_banyan/", "/_banyan/api/live", "/metrics"}) {
    EXPECT_EQ(ask(shop.inside(), "GET", each).head.status, 404U) << each;
  }
  EXPECT_EQ(ask(shop.inside(), "GET", "/health/live").head.status, 200U);
}

TEST_F(TheInside, HasNoVisitorsAndTheFrontGivesEachNewOneACookie) {
  Options all = options();
  all.config_file = (folder_.path() / "banyan.toml").string();
  std::ofstream(all.config_file) << "[proxy]\nlisten = [\"127.0.0.1:0\"]\nsticky = [\"visit\"]\n";
  ServedDemo shop("here", Linkage::Linked, all);
  serving::Endpoint page;
  page.name = "page";
  page.path = "/page";
  page.answer = [](const http::Request& request, const Context&) {
    http::Response response;
    response.body = std::string(request.head.fields.find("Cookie").value_or("none"));
    return response;
  };
  shop.own_endpoints.push_back(page);
  shop.serve();
  const http::Response first = ask(shop.endpoint(), "GET", thing());
  const std::string given(first.head.fields.find("Set-Cookie").value_or(""));
  const std::string id = shop.module->last().stickiness_key;
  EXPECT_EQ(id.size(), 32U);
  EXPECT_THAT(given, HasSubstr("banyan_visit=" + id + ';')) << "this request goes by it already";
  const http::Fields again = {{"Cookie", "banyan_visit=" + id}};
  const http::Response next = ask(shop.endpoint(), "GET", thing(), again);
  EXPECT_EQ(shop.module->last().stickiness_key, id);
  EXPECT_FALSE(next.head.fields.contains("Set-Cookie"));
  EXPECT_EQ(ask(shop.endpoint(), "GET", "/page", again).body, "none") << "nobody hears of it";
  EXPECT_FALSE(ask(shop.inside(), "GET", thing()).head.fields.contains("Set-Cookie"));
}

TEST_F(TheInside, DescribesWhatIsThere) {
  ServedDemo shop("here", Linkage::Linked, options());
  shop.serve();
  EXPECT_THAT(ask(shop.inside(), "GET", "/openapi.json").body, HasSubstr("/things/{id}/polish"));
  EXPECT_THAT(ask(shop.endpoint(), "GET", "/openapi.json").body,
              Not(HasSubstr("/things/{id}/polish")));
}

TEST_F(TheInside, IsWhereAServiceFindsAModuleThatIsAtHome) {
  ServedDemo shop("here", Linkage::Linked, options());
  shop.serve();
  Options service;
  service.trust = binding::Trust::Internal;
  service.at["demo"] = shop.inside();
  const DemoProcess elsewhere("there", Linkage::Extracted, service);
  demo::Demo& far = port(elsewhere.demo().remote);
  Context context = Context::begin(std::chrono::seconds(10), system_clock(), system_random());
  context.principal = "ada";
  EXPECT_TRUE(far.handle(demo::PolishThing{demo::thing_id(7)}, context).has_value());
  EXPECT_EQ(shop.module->last().principal, "ada");
}

TEST_F(TheInside, PassesOnWhatHasLeftAndFollowsTheTableForWhatIsOnItsWay) {
  Options there;
  there.trust = binding::Trust::Internal;
  ServedDemo service("there", Linkage::Linked, there);
  service.serve();
  {
    ServedDemo edge("here", Linkage::Extracted, options(service.endpoint()));
    edge.serve();
    EXPECT_EQ(ask(edge.inside(), "PUT", thing() + "/polish").head.status, 200U);
    EXPECT_EQ(service.module->calls, 1);
  }
  ServedDemo shop("here", Linkage::Routed, options(service.endpoint()));
  shop.serve();
  EXPECT_EQ(ask(shop.inside(), "PUT", thing() + "/polish").head.status, 200U);
  EXPECT_EQ(shop.module->calls, 1);
  shop.table.writes = Side::Remote;
  EXPECT_EQ(ask(shop.inside(), "PUT", thing() + "/polish").head.status, 200U);
  EXPECT_EQ(shop.module->calls, 1);
  EXPECT_EQ(service.module->calls, 2);
}

TEST_F(TheInside, IsNotOpenedToAnybodyByAReload) {
  const test::Authority authority(folder_.path());
  const test::Issued own = authority.issue("shop", {.names = {"IP:127.0.0.1"}});
  Options all;
  all.config_file = (folder_.path() / "banyan.toml").string();
  all.internal_address = http::Endpoint{"127.0.0.1", 0};
  const auto ask_for_certificates = [&](const std::string& how) {
    std::ofstream(all.config_file)
        << "[proxy]\nlisten = [\"unix:" << (folder_.path() / "front.sock").string()
        << "\"]\n[[proxy.tls]]\nlisten = [\"127.0.0.1:0\"]\ncertificates = [{chain = \""
        << own.chain_file << "\", key = \"" << own.key_file << "\"}]\nclient_certificates = \""
        << how << "\"\nclient_ca = \"" << authority.file() << "\"\n";
  };
  ask_for_certificates("required");
  ServedDemo shop("here", Linkage::Linked, all);
  shop.serve();
  EXPECT_EQ(shop.reload().value(), 2U);
  ask_for_certificates("optional");
  const auto refused = shop.reload();
  ASSERT_FALSE(refused);
  EXPECT_THAT(to_string(refused.error()),
              AllOf(HasSubstr("--internal-address"), HasSubstr("client_certificates")));
  ask_for_certificates("required");
  EXPECT_EQ(shop.reload().value(), 3U);
}

std::string refusal(Options options) {
  const auto routing = routing_of(options);
  return routing ? "" : to_string(routing.error());
}

Options with(const std::string& inside, const std::string& listen = "127.0.0.1:8080") {
  Options options;
  options.listen = http::endpoint_from(listen);
  options.internal_address = http::endpoint_from(inside);
  return options;
}

TEST(AnInternalAddress, IsNoneThatOthersReachOrShare) {
  EXPECT_EQ(refusal(with("127.0.0.1:8081")), "");
  EXPECT_EQ(refusal(with("[::1]:8081")), "");
  EXPECT_EQ(refusal(with("unix:/run/shop.sock")), "");
  EXPECT_EQ(refusal(with("127.0.0.1:0", "127.0.0.1:0")), "");
  for (const char* each : {"0.0.0.0:8081", "10.0.0.7:8081", "shop.example:8081"}) {
    EXPECT_THAT(refusal(with(each)), HasSubstr("can be reached from other machines")) << each;
  }
  EXPECT_THAT(refusal(with("127.0.0.1:8080")), HasSubstr("is where anybody comes"));
  EXPECT_THAT(refusal(with("127.0.0.1:8080", "0.0.0.0:8080")), HasSubstr("is where anybody comes"))
      << "a proxy of this machine would find it in place of the front";
  EXPECT_THAT(refusal(with("unix:/run/shop.sock", "unix:/run/shop.sock")),
              HasSubstr("is where anybody comes"));
  Options options = with("127.0.0.1:9180");
  options.operators = http::Endpoint{"127.0.0.1", 9180};
  EXPECT_THAT(refusal(options), HasSubstr("is where operators come"));
}

TEST(AnInternalAddress, MayBeReachedFromElsewhereByThoseWhoShowACertificate) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "banyan.toml").string();
  const auto write = [&](const std::string& more) {
    std::ofstream(file) << "[proxy]\nlisten = [\"127.0.0.1:8080\"]\n[[proxy.tls]]\n"
                           "listen = [\"10.0.0.7:8443\"]\n"
                           "certificates = [{chain = \"shop.pem\", key = \"shop.key\"}]\n"
                        << more;
  };
  Options options;
  options.config_file = file;
  options.internal_address = http::Endpoint{"10.0.0.7", 8443};
  write("");
  EXPECT_THAT(refusal(options), HasSubstr("client_certificates"));
  write("client_certificates = \"optional\"\nclient_ca = \"own.pem\"\n");
  EXPECT_THAT(refusal(options), HasSubstr("client_certificates"));
  write("client_certificates = \"required\"\nclient_ca = \"own.pem\"\n");
  EXPECT_EQ(refusal(options), "");
  options.internal_address = http::Endpoint{"127.0.0.1", 8443};
  EXPECT_THAT(refusal(options), HasSubstr("is where anybody comes"));
}

TEST(AnInternalAddress, IsNoMatterOfAServiceWhichHasNoOther) {
  OptionReader reader;
  reader.take("internal", "");
  reader.take("internal-address", "127.0.0.1:8081");
  EXPECT_THAT(reader.problems(), IsEmpty());
  const std::vector<ModuleEntry> table = {demo_entry(Linkage::Linked, "demo", [](NamedDemo&) {})};
  EXPECT_THAT(problems_of(reader.options(), table), ElementsAre(HasSubstr("--internal-address")));
}

TEST(AnInternalAddress, IsSaidAsAnyOther) {
  OptionReader reader;
  reader.take("internal-address", "unix:/run/shop.sock");
  EXPECT_EQ(reader.options().internal_address, (http::Endpoint{"unix:/run/shop.sock", 0}));
  EXPECT_TRUE(has_callers_inside(reader.options()));
  reader.take("at", "demo=unix:/run/shop.sock");
  EXPECT_EQ(reader.options().at.at("demo"), (http::Endpoint{"unix:/run/shop.sock", 0}));
  EXPECT_THAT(reader.problems(), IsEmpty());
  reader.take("internal-address", "8081");
  EXPECT_THAT(reader.problems(), ElementsAre(HasSubstr("'8081' is not HOST:PORT")));
}

}  // namespace
}  // namespace banyan::host
