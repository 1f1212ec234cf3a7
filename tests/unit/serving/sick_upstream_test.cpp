// SPDX-License-Identifier: Apache-2.0
#include "proxy_fixture.hpp"
#include "support/deaf_port.hpp"

namespace banyan::serving {
namespace {

class ASickUpstream : public ProxyTest {};

TEST_F(ASickUpstream, NeverMovesAUserToTheOtherSide) {
  const std::uint16_t deaf = test::deaf_port();
  write(file(), shop_configuration(legacy_.port(), deaf));
  start();
  ASSERT_EQ(shift("100%"), 200u);
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(test::get(port_, "/albums/1").status, 503u) << "the decision stays; request " << i;
  }
  EXPECT_NE(test::get(port_, "/_banyan/api/upstreams").body.find("\"state\":\"ejected\""),
            std::string::npos);
  const test::Seen ready = test::get(port_, "/health/ready");
  EXPECT_EQ(ready.status, 200u) << "the old side is well: degraded, not down";
  EXPECT_NE(ready.body.find("catalog"), std::string::npos) << ready.body;
  until("a line about it", [&] { return log().find("request_failed") != std::string::npos; });
  ASSERT_EQ(shift("0%"), 200u);
  EXPECT_EQ(side_of(1), "legacy");
}

TEST_F(ASickUpstream, IsNamedByStatusWithTheSideThatItIs) {
  const std::uint16_t deaf = test::deaf_port();
  write(file(), shop_configuration(legacy_.port(), deaf));
  start();
  const auto status = [this] { return test::get(port_, "/_banyan/api/status").body; };
  EXPECT_NE(status().find("\"attention\":[]"), std::string::npos) << status();
  ASSERT_EQ(shift("100%"), 200u);
  until("status says so", [&] {
    EXPECT_EQ(test::get(port_, "/albums/1").status, 503u);
    return status().find("no healthy instance in catalog (the new side of catalog)") !=
           std::string::npos;
  });
}

/// What `banyan status` has to say of a new side that nobody answers for, once it is known.
class ADeadNewSide : public ProxyTest {
 protected:
  void start_with(const std::string& fallback, const std::string& writes) {
    write(file(), shop_configuration(legacy_.port(), test::deaf_port(), fallback));
    start();
    ASSERT_EQ(shift("100%", R"(,"writes":")" + writes + '"'), 200u);
    until("it is known", [&] {
      test::get(port_, "/albums/1");
      post("/albums/1", "{}");
      return status().find("no healthy instance in catalog") != std::string::npos;
    });
  }
  std::string status() const { return test::get(port_, "/_banyan/api/status").body; }
  bool says(const std::string& text) const { return status().find(text) != std::string::npos; }
};

TEST_F(ADeadNewSide, IsToldWithWhatToDoForItsReaders) {
  start_with("", "local");
  EXPECT_TRUE(
      says("readers of catalog who are sent there get 503; `banyan back catalog`, or "
           "[rollouts.catalog.fallback] in " +
           file()))
      << status();
  EXPECT_FALSE(says("shared_data")) << "the old side's data is good";
}

TEST_F(ADeadNewSide, ThatHasTheWritesNeedsToldThatBothSidesShareTheData) {
  start_with("[rollouts.catalog.fallback]\n", "remote");
  EXPECT_TRUE(
      says("shared_data = true (if both sides work on the same data) in "
           "[rollouts.catalog.fallback]"))
      << status();
}

TEST_F(ADeadNewSide, IsToldNotToCostReadersAnythingWhereTheyFallBack) {
  start_with("[rollouts.catalog.fallback]\n", "local");
  EXPECT_TRUE(says("readers of catalog are answered by its old side")) << status();
  EXPECT_FALSE(says("get 503")) << status();
}

TEST_F(ADeadNewSide, CostsNobodyAnythingOnceAllAreSentBack) {
  start_with("", "local");
  ASSERT_EQ(shift("0%"), 200u);
  until("nothing of readers is told", [&] { return !says("get 503"); });
  EXPECT_TRUE(says("no healthy instance in catalog")) << status();
}

TEST_F(ASickUpstream, IsInTheLogWithoutAHealthCheckAndStaysToldUntilItHasAnswered) {
  auto catalog = std::make_unique<NamedServer>("catalog");
  const std::uint16_t port = catalog->port();
  write(file(), shop_configuration(legacy_.port(), port));
  start({.health = {.rest = std::chrono::milliseconds(1)}});
  ASSERT_EQ(shift("100%"), 200u);
  EXPECT_EQ(side_of(1), "catalog");
  catalog.reset();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(test::get(port_, "/albums/1").status, 503u);
  until("the event", [&] { return log().find("instance_ejected") != std::string::npos; });
  EXPECT_EQ(log().find("instance_ejected"), log().rfind("instance_ejected")) << "once";
  const auto attention = [this] {
    return test::get(port_, "/_banyan/api/status").body.find("no healthy instance in catalog") !=
           std::string::npos;
  };
  until("its rest is over", [this] {
    return test::get(port_, "/_banyan/api/upstreams").body.find("half_open") != std::string::npos;
  });
  until("attention", attention);
  catalog = std::make_unique<NamedServer>("catalog", port);
  EXPECT_EQ(side_of(1), "catalog");
  until("its end", [&] { return log().find("instance_healthy") != std::string::npos; });
  until("nothing to attend to", [&] { return !attention(); });
}

TEST_F(ASickUpstream, IsUsedAgainOnceItIsBack) {
  auto catalog = std::make_unique<NamedServer>("catalog");
  const std::uint16_t port = catalog->port();
  write(file(), shop_configuration(legacy_.port(), port));
  start();
  ASSERT_EQ(shift("100%"), 200u);
  EXPECT_EQ(side_of(1), "catalog");
  catalog.reset();
  EXPECT_EQ(test::get(port_, "/albums/1").status, 503u);
  catalog = std::make_unique<NamedServer>("catalog", port);
  EXPECT_EQ(side_of(1), "catalog") << "the only instance is asked at once";
}

TEST_F(ASickUpstream, LeavesItsWorkToTheOtherInstancesOfItsGroup) {
  NamedServer second("catalog");
  const std::uint16_t deaf = test::deaf_port();
  std::string text = shop_configuration(legacy_.port(), second.port());
  const std::string one = "127.0.0.1:" + std::to_string(second.port()) + "\"";
  text.insert(text.find(one) + one.size(), ", \"127.0.0.1:" + std::to_string(deaf) + "\"");
  write(file(), text);
  start();
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(post("/albums", "{}").status, 200u) << "request " << i;
  EXPECT_EQ(second.writes, 30);
}

}  // namespace
}  // namespace banyan::serving
