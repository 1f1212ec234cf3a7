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
  until("the line", [&] { return log().find("proxy.routes_refused") != std::string::npos; });
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

/// Clients that ask and ask, on kept connections and on new ones.
class Load {
 public:
  explicit Load(std::uint16_t port) : port_(port) {
    for (int i = 0; i < 3; ++i) clients_.emplace_back([this] { keep_asking(); });
    clients_.emplace_back([this] { keep_coming(); });
  }
  void stop() {
    stop_ = true;
    clients_.clear();
  }
  std::atomic<int> answered = 0;
  std::atomic<int> failed = 0;

 private:
  static constexpr std::string_view kRequest = "GET /albums/1 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  void count(const test::Seen& seen) { ++(seen.status == 200 ? answered : failed); }
  template <class Ask>
  void until_stopped(Ask ask) {
    try {
      while (!stop_) ask();
    } catch (const std::exception&) {
      ++failed;
    }
  }
  void keep_asking() {
    test::Peer peer = test::Peer::connect(port_);
    until_stopped([&] {
      peer.send(kRequest);
      count(test::read_answer(peer));
    });
  }
  void keep_coming() {
    until_stopped([&] { count(test::ask(port_, kRequest)); });
  }

  std::uint16_t port_;
  std::atomic<bool> stop_ = false;
  std::vector<std::jthread> clients_;
};

/// Routes come and go, an upstream group turns to another instance and back, all under load.
TEST_F(AReload, AThousandTimesUnderLoadDropsNothing) {
  constexpr int kReloads = 1'000;
  constexpr std::chrono::minutes kLongest{2};
  NamedServer other("legacy");
  start();
  const std::vector<std::string> files = {
      shop_configuration(legacy_.port(), catalog_.port()),
      shop_configuration(other.port(), catalog_.port()),
      shop_configuration(legacy_.port(), catalog_.port(),
                         "[[routes]]\nprefix = \"/more\"\nmethods = [\"*\"]\neffect = "
                         "\"write\"\nlegacy = \"legacy\"\n"),
  };
  Load load(port_);
  const auto begun = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < kReloads; ++i) {
    write(file(), files[i % files.size()]);
    ASSERT_TRUE(proxy_->reload().has_value()) << i;
  }
  const auto took = std::chrono::steady_clock::now() - begun;
  const int before = load.answered;
  until("answers by the last routes",
        [&] { return load.answered > before + 10 || load.failed > 0; });
  load.stop();
  EXPECT_EQ(load.failed, 0);
  EXPECT_GT(load.answered, 100);
  EXPECT_GT(other.reads, 0) << "it was turned to in between";
  EXPECT_LT(took, kLongest);
  const std::string live = test::get(port_, "/_banyan/api/live").body;
  EXPECT_NE(live.find("generation " + std::to_string(kReloads + 1)), std::string::npos);
}

}  // namespace
}  // namespace banyan::strangler
