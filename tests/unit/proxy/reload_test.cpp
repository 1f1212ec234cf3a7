// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "proxy_fixture.hpp"

namespace banyan::strangler {
namespace {

class AReload : public ProxyTest {
 protected:
  AReload() { configure(); }
};

TEST_F(AReload, KeepsTheShift) {
  start();
  ASSERT_EQ(shift("25%"), 200u);
  const std::vector<bool> before = new_side(100);
  configure(
      "[[routes]]\nprefix = \"/more\"\nmethods = [\"*\"]\neffect = \"write\"\n"
      "legacy = \"legacy\"\n");
  EXPECT_EQ(test::get(port_, "/more").status, 404u);
  const auto generation = proxy_->reload();
  ASSERT_TRUE(generation.has_value());
  EXPECT_EQ(*generation, 2u);
  EXPECT_EQ(test::get(port_, "/more").status, 200u);
  EXPECT_EQ(new_side(100), before);
}

TEST_F(AReload, SoDoesARestart) {
  start();
  ASSERT_EQ(shift("25%"), 200u);
  const std::vector<bool> before = new_side(100);
  proxy_.reset();
  start();
  EXPECT_EQ(new_side(100), before);
}

TEST_F(AReload, OfABadFileIsRefusedWholeAndTheOldRoutesStay) {
  start();
  write(file(), shop_configuration(legacy_.port(), catalog_.port()) +
                    "[[routes]]\nprefix = \"/new\"\nmethods = [\"GET\"]\neffect = \"read\"\n"
                    "legacy = \"legacy\"\n"
                    "[[routes]]\nprefix = \"/bad\"\nmethods = [\"GTE\"]\neffect = \"read\"\n"
                    "legacy = \"legcy\"\n");
  const auto refused = proxy_->reload();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().size(), 2u) << "all problems at once";
  EXPECT_GT(refused.error().front().place.line, 0u);
  EXPECT_EQ(side_of(1), "legacy");
  EXPECT_EQ(test::get(port_, "/new").status, 404u) << "not even the good part of it";
  EXPECT_NE(log().find("proxy.routes_refused"), std::string::npos);
}

TEST_F(AReload, KeepsTheHealthOfGroupsThatStayAsTheyWere) {
  start();
  side_of(1);
  configure("# another comment\n");
  ASSERT_TRUE(proxy_->reload().has_value());
  EXPECT_NE(test::get(port_, "/_banyan/api/upstreams").body.find("\"requests\":1,"),
            std::string::npos);
}

TEST_F(AReload, CanTurnAGroupToAnotherAddress) {
  start();
  NamedServer other("other");
  write(file(), shop_configuration(other.port(), catalog_.port()));
  ASSERT_TRUE(proxy_->reload().has_value());
  EXPECT_EQ(side_of(1), "other");
}

TEST_F(AReload, UnderLoadDropsNothing) {
  start();
  std::atomic<bool> stop = false;
  std::atomic<int> answered = 0;
  std::atomic<int> failed = 0;
  std::jthread load([&] {
    test::Peer peer = test::Peer::connect(port_);
    while (!stop) {
      peer.send("GET /albums/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
      (test::read_answer(peer).status == 200 ? answered : failed)++;
    }
  });
  for (int i = 0; i < 50; ++i) {
    const int before = answered;
    ASSERT_TRUE(proxy_->reload().has_value());
    while (answered == before && failed == 0) std::this_thread::yield();
  }
  stop = true;
  load.join();
  EXPECT_EQ(failed, 0);
  EXPECT_GE(answered, 50);
}

}  // namespace
}  // namespace banyan::strangler
