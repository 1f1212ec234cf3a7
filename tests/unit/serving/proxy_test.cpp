// SPDX-License-Identifier: Apache-2.0
#include "proxy_fixture.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "banyan/kernel/error.hpp"
#include "support/broken_disk.hpp"
#include "support/full_disk.hpp"

namespace banyan::serving {
namespace {

using test::Seen;

class TheProxy : public ProxyTest {
 protected:
  TheProxy() { configure(); }

  std::string why_it_does_not_start() const {
    ProxyOptions options;
    options.config_file = file();
    options.log_file = (folder_.path() / "log.json").string();
    const auto made = Proxy::make(options);
    EXPECT_FALSE(made.has_value()) << "nobody knows where the traffic stood";
    return made ? std::string() : made.error();
  }
};

TEST_F(TheProxy, SendsEverythingToTheOldSideAtFirst) {
  start();
  EXPECT_EQ(side_of(1), "legacy");
  EXPECT_EQ(post("/albums", "{}").body, "legacy");
  EXPECT_EQ(test::get(port_, "/shop/cart").body, "legacy");
}

TEST_F(TheProxy, MovesAShareOfTheUsersAndBringsTheSameOnesBack) {
  start();
  constexpr int kUsers = 200;
  ASSERT_EQ(shift("25%"), 200u);
  const std::vector<bool> quarter = new_side(kUsers);
  EXPECT_EQ(quarter, new_side(kUsers)) << "the same user stays on the same side";
  const auto moved = std::ranges::count(quarter, true);
  EXPECT_GT(moved, kUsers / 8);
  EXPECT_LT(moved, kUsers / 2);

  ASSERT_EQ(shift("50%"), 200u);
  const std::vector<bool> half = new_side(kUsers);
  for (int user = 0; user < kUsers; ++user) {
    EXPECT_TRUE(half[static_cast<std::size_t>(user)] || !quarter[static_cast<std::size_t>(user)])
        << "more for the new side takes nobody away from it: user " << user;
  }
  ASSERT_EQ(shift("100%"), 200u);
  EXPECT_EQ(std::ranges::count(new_side(kUsers), true), kUsers);
  ASSERT_EQ(shift("25%"), 200u);
  EXPECT_EQ(new_side(kUsers), quarter);
  ASSERT_EQ(shift("0%"), 200u);
  EXPECT_EQ(std::ranges::count(new_side(kUsers), true), 0);
}

TEST_F(TheProxy, GoesByTheHeaderWhenThereIsNoCookie) {
  start();
  ASSERT_EQ(shift("50%"), 200u);
  int moved = 0;
  for (int user = 0; user < 40; ++user) {
    const std::string unit = "user" + std::to_string(user);
    const Seen by_header = test::get(port_, "/albums/1", "X-User: " + unit + "\r\n");
    EXPECT_EQ(by_header.body, side_of(user)) << "the unit counts, not where it stands";
    moved += by_header.body == "catalog" ? 1 : 0;
  }
  EXPECT_GT(moved, 5);
  EXPECT_LT(moved, 35);
}

TEST_F(TheProxy, WritesMoveAsAWholeAndOnlyAfterAllReads) {
  start();
  ASSERT_EQ(shift("50%"), 200u);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(post("/albums", "{}", "X-User: u" + std::to_string(i) + "\r\n").body, "legacy");
  }
  EXPECT_NE(shift("50%", R"(,"writes":"remote")"), 200u) << "two writers at once are refused";
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(post("/albums", "{}", "X-User: u" + std::to_string(i) + "\r\n").body, "catalog");
  }
  EXPECT_EQ(post("/shop/cart", "{}").body, "legacy") << "what nobody moves stays";
}

TEST_F(TheProxy, TheDecisionTravelsWithTheRequest) {
  start();
  ASSERT_EQ(shift("100%"), 200u);
  const Seen moved = test::get(port_, "/albums/1", "Banyan-Routing: catalog=local;rev=9\r\n");
  EXPECT_EQ(moved.field("X-Routing"), "catalog=remote;rev=1");
  EXPECT_EQ(test::get(port_, "/shop", "Banyan-Routing: catalog=local;rev=9\r\n").field("X-Routing"),
            "none");
}

TEST_F(TheProxy, ExplainsItsDecisionsOnlyWhenAskedTo) {
  start();
  EXPECT_EQ(test::get(port_, "/albums/1").field("X-Strangler"), "");
  proxy_.reset();
  start({.explain = true});
  ASSERT_EQ(shift("100%"), 200u);
  const std::string reason = test::get(port_, "/albums/1").field("X-Strangler");
  EXPECT_TRUE(reason.starts_with("route=catalog.read; side=remote; reason=bucket ")) << reason;
  EXPECT_NE(reason.find(" < 10000; stage=canary; rev=1"), std::string::npos) << reason;
  EXPECT_EQ(test::get(port_, "/shop").field("X-Strangler"),
            "route=rest; side=local; reason=no successor");
}

TEST_F(TheProxy, RefusesWhatNoRouteLeadsTo) {
  start();
  const Seen unknown = test::get(port_, "/nobody");
  EXPECT_EQ(unknown.status, 404u);
  EXPECT_NE(unknown.body.find("banyan.no_such_resource"), std::string::npos) << unknown.body;
  const Seen method = test::ask(port_, "DELETE /albums/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(method.status, 405u);
  EXPECT_EQ(method.field("Allow"), "GET, HEAD, POST, PUT, OPTIONS");
  for (const char* target : {"/albums/../shop", "/albums/%2e%2e/x", "//albums/1", "/albums%2F1"}) {
    const Seen seen = test::get(port_, target);
    EXPECT_EQ(seen.status, 400u) << target;
    EXPECT_NE(seen.body.find("banyan.bad_path"), std::string::npos) << seen.body;
  }
}

/// As it came, whatever the old application makes of it; and npm, GitLab and others go by it.
TEST_F(TheProxy, PassesIrregularPathsByteForByteToAForeignApplication) {
  test::Listener upstream;
  write(file(), "[proxy]\nlisten = [\"127.0.0.1:0\"]\n[upstreams.old]\ninstances = [\"127.0.0.1:" +
                    std::to_string(upstream.port()) +
                    "\"]\n[[routes]]\nprefix = \"/\"\nmethods = [\"*\"]\neffect = \"write\"\n"
                    "legacy = \"old\"\n");
  start();
  std::string deep;
  for (int i = 0; i < 70; ++i) deep += "/a";
  test::Peer client = test::Peer::connect(port_);
  std::optional<test::Peer> peer;
  for (const std::string& target :
       {std::string("/group%2Fname"), std::string("/@scope%2fname"), std::string("//"),
        std::string("/a|b"), std::string("/{x}"), std::string("/a%5Cb"),
        std::string("/k\xC3\xBC?\xC3\xA4"), deep, std::string("/100%")}) {
    client.send("PUT " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    if (!peer) peer = upstream.accept();
    EXPECT_TRUE(peer->read_head().starts_with("PUT " + target + " HTTP/1.1\r\n")) << target;
    peer->send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(test::read_answer(client).status, 200u) << target;
  }
}

TEST_F(TheProxy, TellsAboutItsHealthAndItsFigures) {
  start();
  EXPECT_EQ(test::get(port_, "/health/live").status, 200u);
  EXPECT_EQ(test::get(port_, "/health/ready").status, 200u);
  side_of(1);
  until("the figures of the request", [&] {
    return test::get(port_, "/metrics").body.find("catalog.read") != std::string::npos;
  });
  const Seen metrics = test::get(port_, "/metrics");
  EXPECT_NE(metrics.body.find("banyan_upstream_healthy"), std::string::npos);
  EXPECT_NE(metrics.body.find("banyan_rollout_reads_ratio"), std::string::npos);
  proxy_->stop_being_ready();
  EXPECT_EQ(test::get(port_, "/health/ready").status, 503u);
  EXPECT_EQ(test::get(port_, "/health/live").status, 200u);
  EXPECT_EQ(side_of(1), "legacy") << "not ready, and still at work";
}

TEST_F(TheProxy, SaysEverywhereThatItsControlStoreWasTakenAwayAndServesOn) {
  start();
  ASSERT_EQ(shift("100"), 200u);
  const auto store = folder_.path() / "control.db";
  ASSERT_TRUE(std::filesystem::exists(store));
  std::filesystem::rename(store, folder_.path() / "elsewhere.db");

  EXPECT_NE(shift("0"), 200u);
  EXPECT_EQ(side_of(1), "catalog") << "the last table stays in force";
  const Seen health = test::get(port_, "/health/ready");
  EXPECT_EQ(health.status, 503u) << "it does not know what others change, and is not ready";
  EXPECT_NE(health.body.find("is not the control store any more"), std::string::npos);
  EXPECT_NE(test::get(port_, "/_banyan/api/status").body.find("banyan.control_store_moved"),
            std::string::npos);
  until("a line in the log",
        [&] { return log().find("banyan.control_store_moved") != std::string::npos; });

  std::filesystem::rename(folder_.path() / "elsewhere.db", store);
  EXPECT_EQ(shift("0"), 200u);
}

TEST_F(TheProxy, DoesNotStartAfreshWhereItsControlStoreWasLost) {
  start();
  ASSERT_EQ(shift("100%"), 200u);
  proxy_.reset();
  for (const char* each : {"control.db", "control.db-wal", "control.db-shm"}) {
    std::filesystem::remove(folder_.path() / each);
  }
  ProxyOptions options;
  options.config_file = file();
  options.log_file = (folder_.path() / "log.json").string();
  const auto made = Proxy::make(options);
  ASSERT_FALSE(made.has_value()) << "nobody knows where the traffic stood";
  EXPECT_NE(made.error().find("control.db is gone"), std::string::npos) << made.error();
  EXPECT_NE(made.error().find("control.db.made"), std::string::npos) << "the way out";
  std::filesystem::remove(folder_.path() / "control.db.made");
  start();
  EXPECT_EQ(side_of(1), "legacy");
}

TEST_F(TheProxy, DoesNotStartAfreshWhereItsControlStoreIsEmpty) {
  start();
  ASSERT_EQ(shift("100%"), 200u);
  proxy_.reset();
  const auto store = folder_.path() / "control.db";
  std::ofstream(store, std::ios::trunc)
      .flush();  // as an interrupted copy, or a full disk, leaves it
  ASSERT_EQ(std::filesystem::file_size(store), 0u);

  const std::string refused = why_it_does_not_start();
  EXPECT_NE(refused.find("control.db is empty (0 bytes)"), std::string::npos) << refused;
  EXPECT_NE(refused.find("delete " + store.string() + ".made"), std::string::npos) << refused;
  std::filesystem::remove(store.string() + ".made");
  start();
  EXPECT_EQ(side_of(1), "legacy") << "somebody has said that all begins anew";
}

TEST_F(TheProxy, DoesNotGoByACopyThatIsOlderThanWhatIsKnown) {
  start();
  const auto store = folder_.path() / "control.db";
  const auto copy = folder_.path() / "copy.db";
  std::filesystem::copy_file(store, copy);
  ASSERT_EQ(shift("100%"), 200u);
  proxy_.reset();
  for (const char* each : {"", "-wal", "-shm"}) std::filesystem::remove(store.string() + each);
  std::filesystem::copy_file(copy, store);

  const std::string refused = why_it_does_not_start();
  EXPECT_NE(refused.find("older than what is known of it"), std::string::npos) << refused;
  EXPECT_NE(refused.find("has revision 1"), std::string::npos) << refused;
  EXPECT_NE(refused.find("delete " + store.string() + ".made"), std::string::npos) << refused;
  std::filesystem::remove(store.string() + ".made");
  start();
  EXPECT_EQ(side_of(1), "legacy") << "somebody has said that this one is right";
}

TEST_F(TheProxy, GoesByACopyOfItsControlStoreFromWhileItRan) {
  start();
  ASSERT_EQ(shift("100%"), 200u);
  const auto store = folder_.path() / "control.db";
  const auto copy = folder_.path() / "copy.db";
  std::filesystem::copy_file(store, copy);  // the file alone
  proxy_.reset();
  for (const char* each : {"", "-wal", "-shm"}) std::filesystem::remove(store.string() + each);
  std::filesystem::copy_file(copy, store);
  start();
  EXPECT_EQ(side_of(1), "catalog");
}

TEST_F(TheProxy, TellsOfAControlStoreThatCannotBeWrittenUntilItCan) {
  test::FullDisk disk("control.db");
  start();
  ASSERT_EQ(shift("50%"), 200u);
  disk.fill();
  EXPECT_EQ(shift("100%"), 503u);
  const auto attention = [&] { return test::get(port_, "/_banyan/api/status").body; };
  until("a word in the status",
        [&] { return attention().find("control store writes") != std::string::npos; });
  const Seen health = test::get(port_, "/health/ready");
  EXPECT_EQ(health.status, 200u) << "requests go where they went";
  EXPECT_NE(health.body.find("its disk is full"), std::string::npos) << health.body;
  until("a line in the log",
        [&] { return log().find("control_store_unwritable") != std::string::npos; });

  disk.make_room();
  until("that nothing is wrong any more",
        [&] { return attention().find("control store writes") == std::string::npos; });
  until("a line in the log",
        [&] { return log().find("control_store_writable") != std::string::npos; });
  EXPECT_EQ(shift("100%"), 200u);
  proxy_.reset();  // before the disk
}

TEST_F(TheProxy, TellsOfAControlStoreWhoseFileLacksWhatIsInTheLogUntilItHasIt) {
  test::BrokenDisk disk("control.db");
  start();
  ASSERT_EQ(shift("50%"), 200u);
  disk.fail();
  EXPECT_EQ(shift("100%"), 200u);
  const auto health = [&] { return test::get(port_, "/health/ready"); };
  until("a word in health",
        [&] { return health().body.find("control.db-wal only") != std::string::npos; });
  EXPECT_EQ(health().status, 200u) << "requests and changes go on";
  EXPECT_NE(health().body.find("control store file"), std::string::npos) << health().body;

  disk.mend();
  until("that nothing is wrong any more",
        [&] { return health().body.find("control.db-wal only") == std::string::npos; });
  proxy_.reset();  // before the disk
}

TEST_F(TheProxy, DoesNotStartAfreshWhereTheWholeFolderOfItsControlStoreWasLost) {
  const auto state = folder_.path() / "state";
  std::filesystem::create_directory(state);
  std::string text = shop_configuration(legacy_.port(), catalog_.port());
  text.replace(0, std::string("[proxy]\n").size(),
               "[proxy]\ncontrol_store = \"state/control.db\"\n");
  write(file(), text);
  start();
  ASSERT_EQ(shift("100%"), 200u);
  proxy_.reset();
  std::filesystem::remove_all(state);
  std::filesystem::create_directory(state);  // the next volume, empty

  ProxyOptions options;
  options.config_file = file();
  options.log_file = (folder_.path() / "log.json").string();
  const auto made = Proxy::make(options);
  ASSERT_FALSE(made.has_value()) << "nobody knows where the traffic stood";
  EXPECT_NE(made.error().find("control.db is gone"), std::string::npos) << made.error();
  const std::string note = file() + ".control-store";
  EXPECT_NE(made.error().find("delete " + note), std::string::npos) << made.error();

  // Another store is another story.
  text.replace(text.find("state/control.db"), 16, "state/other.db");
  write(file(), text);
  start();
  proxy_.reset();

  text.replace(text.find("state/other.db"), 14, "state/control.db");
  write(file(), text);
  start();
  EXPECT_EQ(side_of(1), "legacy");
}

TEST_F(TheProxy, ServesTheDashboardAndTheStateItDraws) {
  start();
  EXPECT_NE(test::get(port_, "/_banyan/").body.find("<html"), std::string::npos);
  const Seen live = test::get(port_, "/_banyan/api/live");
  EXPECT_EQ(live.field("Content-Type"), "application/json");
  EXPECT_NE(live.body.find("\"catalog.read\""), std::string::npos) << live.body;
  EXPECT_NE(test::get(port_, "/_banyan/api/upstreams").body.find("\"state\":\"healthy\""),
            std::string::npos);
  EXPECT_NE(test::get(port_, "/_banyan/api/status").body.find("catalog"), std::string::npos);
  EXPECT_EQ(test::get(port_, "/_banyan/nothing").status, 404u);
  EXPECT_EQ(post("/_banyan/api/live", "{}").status, 405u);
}

TEST_F(TheProxy, OperatorsPagesAreNotForPagesOfOtherSites) {
  start();
  for (const char* host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil", "[::2]"}) {
    const Seen seen = test::ask(
        port_, "GET /_banyan/api/status HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
    EXPECT_EQ(seen.status, 403u) << host;
  }
  EXPECT_EQ(post("/_banyan/api/rollouts/catalog/shift", R"({"percent":"10%","who":"x","why":"y"})",
                 "Content-Type: text/plain\r\n")
                .status,
            415u)
      << "what a form of another site could send";
}

TEST_F(TheProxy, AFileMayClaimThePathsOfThePagesButNotTheOperators) {
  configure(
      "[[routes]]\npath = \"/health/live\"\nmethods = [\"GET\"]\neffect = \"read\"\n"
      "legacy = \"legacy\"\n"
      "[[routes]]\nname = \"all\"\nprefix = \"/\"\nmethods = [\"*\"]\neffect = \"write\"\n"
      "legacy = \"legacy\"\n");
  start();
  EXPECT_EQ(test::get(port_, "/health/live").body, "legacy");
  EXPECT_NE(test::get(port_, "/health/ready").body, "legacy");
  EXPECT_NE(test::get(port_, "/_banyan/api/status").body, "legacy");
  EXPECT_EQ(test::get(port_, "/_banyan2").body, "legacy");
}

// By which its supervisor starts it again (exit code 69): 78 would be for good.
TEST_F(TheProxy, ThrowsWhatMayBeRightInAMomentWhenItsControlStoreCannotBeOpened) {
  start();
  proxy_.reset();
  const auto store = folder_.path() / "control.db";
  const std::string note = store.string() + ".made";
  std::filesystem::remove(note);
  std::filesystem::create_directory(note);  // also root cannot read it
  try {
    const auto made =
        Proxy::make({.config_file = file(), .log_file = (folder_.path() / "log.json").string()});
    FAIL() << "started: " << made.has_value();
  } catch (const OperationalFault& fault) {
    EXPECT_EQ(fault.error().code, ErrorCode::Unavailable);
    EXPECT_NE(std::string(fault.what()).find(note), std::string::npos) << fault.what();
  }
}

TEST_F(TheProxy, TellsWhatIsWrongWithAFileBeforeItStarts) {
  write(file(), "[proxy]\nlisten = [\"nowhere\"]\n[upstream.x]\n");
  const auto made = Proxy::make({.config_file = file()});
  ASSERT_FALSE(made.has_value());
  EXPECT_NE(made.error().find("banyan.toml:2:"), std::string::npos) << made.error();
  EXPECT_NE(made.error().find("upstream"), std::string::npos) << "all problems at once";
}

}  // namespace
}  // namespace banyan::serving
