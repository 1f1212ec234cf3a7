// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "banyan/routing/keys.hpp"
#include "proxy_fixture.hpp"
#include "support/secret_file.hpp"

namespace banyan::serving {
namespace {

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

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
  EXPECT_GT(refused.error().front().location.line, 0u);
  EXPECT_EQ(side_of(1), "legacy");
  EXPECT_EQ(test::get(port_, "/new").status, 404u) << "not even the good part of it";
  until("the line", [&] { return log().find("routes_refused") != std::string::npos; });

  const std::ptrdiff_t at_first = open_descriptors();
  for (int i = 0; i < 100; ++i) ASSERT_FALSE(proxy_->reload().has_value());
  until("none of a hundred of them has left anything open",
        [&] { return open_descriptors() <= at_first; });
}

TEST_F(AReload, TellsOfARuleForAnOperationThatThereIsNoneOf) {
  start();
  write(file(), shop_configuration(legacy_.port(), catalog_.port(),
                                   "[[rollouts.catalog.compare.fields]]\npath = \"/price\"\n"
                                   "operation = \"catalog.raed\"\n"));
  ASSERT_TRUE(proxy_->reload().has_value());
  until("the line", [&] { return log().find("no_effect") != std::string::npos; });
  EXPECT_NE(log().find("unknown_operation"), std::string::npos);
  EXPECT_NE(log().find(R"(Did you mean \"catalog.read\"?)"), std::string::npos) << log();
}

/// The same application without the rollout: what a mistake, or half of a file, leaves of it.
std::string without_rollout(std::uint16_t legacy, const std::string& more = "") {
  return "[proxy]\nlisten = [\"127.0.0.1:0\"]\n[upstreams.legacy]\ninstances = [\"127.0.0.1:" +
         std::to_string(legacy) + "\"]\n" + more +
         "[[routes]]\nprefix = \"/\"\nmethods = [\"*\"]\nlegacy = \"legacy\"\n";
}

TEST_F(AReload, ThatWouldSendTheWritesOfARolloutBackIsRefused) {
  start();
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  for (const std::string section : {"", "[rollouts.catalog]\n"}) {
    write(file(), without_rollout(legacy_.port(), section));
    const auto refused = proxy_->reload();
    ASSERT_FALSE(refused.has_value()) << section;
    const std::string told = to_string(refused.error());
    EXPECT_NE(told.find("catalog at moved (all reads and the writes are on its new side)"),
              std::string::npos)
        << told;
    EXPECT_NE(told.find("banyan shift catalog 0% --writes old"), std::string::npos) << told;
    EXPECT_NE(told.find("banyan retire catalog"), std::string::npos) << told;
    EXPECT_EQ(post("/albums/1", "{}").body, "catalog") << "the old table stays in force";
  }
}

TEST_F(AReload, ThatHasLostOnlyTheRoutesOfItsWritesIsRefusedAsWell) {
  start();
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  std::string text = shop_configuration(legacy_.port(), catalog_.port());
  text.erase(text.find("[[routes]]\nname = \"catalog.write\""));
  write(file(), text + "[[routes]]\nprefix = \"/\"\nmethods = [\"*\"]\nlegacy = \"legacy\"\n");
  const auto refused = proxy_->reload();
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(to_string(refused.error()).find("leads its writes to a new side"), std::string::npos)
      << to_string(refused.error());
  EXPECT_EQ(post("/albums/1", "{}").body, "catalog");
}

TEST_F(AReload, MayTakeAwayARolloutThatWasSetBackOrIsRetired) {
  start();
  ASSERT_EQ(shift("100%"), 200u);
  write(file(), without_rollout(legacy_.port()));
  ASSERT_FALSE(proxy_->reload().has_value()) << "reads are on the new side";
  ASSERT_EQ(shift("0%"), 200u);
  EXPECT_TRUE(proxy_->reload().has_value());

  configure();
  ASSERT_TRUE(proxy_->reload().has_value());
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  ASSERT_EQ(post("/_banyan/api/rollouts/catalog/retire",
                 R"({"who":"ann","why":"a test","evidence":"nobody asks it"})")
                .status,
            200u);
  write(file(), without_rollout(legacy_.port()));
  EXPECT_TRUE(proxy_->reload().has_value());
  EXPECT_EQ(log().find("rollout_without_routes"), std::string::npos) << "that is how it ends";
}

TEST_F(AReload, TellsThatARolloutThatIsNotAtLegacyIsGone) {
  start();
  ASSERT_EQ(
      post("/_banyan/api/rollouts/catalog/shadow", R"({"who":"ann","why":"a test","force":true})")
          .status,
      200u);
  ASSERT_TRUE(proxy_->reload().has_value());
  write(file(), without_rollout(legacy_.port()));
  ASSERT_TRUE(proxy_->reload().has_value()) << "no request goes elsewhere for that";
  until("the line", [&] { return log().find("rollout_without_routes") != std::string::npos; });
  EXPECT_EQ(log().find("rollout_without_routes"), log().rfind("rollout_without_routes"))
      << "not while it was there";
  EXPECT_NE(log().find("catalog at shadow"), std::string::npos);
  const auto status = nlohmann::json::parse(test::get(port_, "/_banyan/api/status").body);
  ASSERT_EQ(status["rollouts"].size(), 1u) << "what the store has is listed: " << status;
  EXPECT_EQ(status["rollouts"][0]["stage"], "shadow");
  EXPECT_NE(status["rollouts"][0]["illegal"].get<std::string>().find("nobody here has catalog"),
            std::string::npos);
}

TEST_F(AReload, NorMayAStartTakeTheRoutesOfARolloutAway) {
  start();
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  proxy_.reset();
  write(file(), without_rollout(legacy_.port()));
  const auto refused =
      Proxy::make({.config_file = file(), .log_file = (folder_.path() / "log.json").string()});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().find("catalog at moved"), std::string::npos) << refused.error();
  EXPECT_NE(refused.error().find("--store '"), std::string::npos)
      << "nothing runs that could be asked: " << refused.error();
  configure();
  start();
  EXPECT_EQ(post("/albums/1", "{}").body, "catalog");
}

TEST_F(AReload, NorMayAStartTakeOnlyTheRoutesOfItsWritesAway) {
  start();
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  proxy_.reset();
  std::string text = shop_configuration(legacy_.port(), catalog_.port());
  text.erase(text.find("[[routes]]\nname = \"catalog.write\""));
  write(file(), text + "[[routes]]\nprefix = \"/\"\nmethods = [\"*\"]\nlegacy = \"legacy\"\n");
  const auto refused =
      Proxy::make({.config_file = file(), .log_file = (folder_.path() / "log.json").string()});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().find("leads its writes to a new side"), std::string::npos)
      << refused.error();
}

TEST_F(AReload, MayLeadAllOfARolloutThatHasMovedStraightAndSoMayTheNextStart) {
  start();
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  write(file(), without_rollout(legacy_.port(), "[upstreams.catalog]\ninstances = [\"127.0.0.1:" +
                                                    std::to_string(catalog_.port()) +
                                                    "\"]\n[[routes]]\nprefix = \"/albums\"\n"
                                                    "methods = [\"*\"]\nlegacy = \"catalog\"\n"));
  const auto taken = proxy_->reload();
  ASSERT_TRUE(taken.has_value()) << to_string(taken.error());
  EXPECT_EQ(post("/albums/1", "{}").body, "catalog");
  for (int starts = 0; starts < 2; ++starts) {
    proxy_.reset();
    start();
    EXPECT_EQ(post("/albums/1", "{}").body, "catalog");
  }
}

TEST_F(AReload, MayPutNoNewRouteBetweenThatSendsWritesBack) {
  start();
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  configure(
      "[[routes]]\nname = \"reviews\"\npath = \"/albums/{id}/reviews\"\nmethods = [\"POST\"]\n"
      "legacy = \"legacy\"\n");
  const auto refused = proxy_->reload();
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(to_string(refused.error()).find("the route \"reviews\" takes POST"), std::string::npos)
      << to_string(refused.error());
  EXPECT_EQ(post("/albums/1/reviews", "{}").body, "catalog");
  until("what a start would do is told", [&] {
    const auto status = nlohmann::json::parse(test::get(port_, "/_banyan/api/status").body);
    return status["attention"].dump().find("next start, which would take it") != std::string::npos;
  });
}

TEST_F(AReload, ThatWasRefusedIsInHealthAndInStatusUntilTheFileIsGoodOrBack) {
  const auto told = [&] {
    const auto status = nlohmann::json::parse(test::get(port_, "/_banyan/api/status").body);
    std::string text;
    for (const auto& each : status["attention"]) {
      if (each["about"] == "configuration") text += each["message"].get<std::string>();
    }
    return text;
  };
  start();
  EXPECT_EQ(told(), "");
  write(file(), "[proxy]\nlisten = 7\n");
  ASSERT_FALSE(proxy_->reload().has_value());
  until("the attention",
        [&] { return told().find("the next start would fail") != std::string::npos; });
  EXPECT_NE(told().find("banyan.toml:2:"), std::string::npos) << told();
  const auto health = nlohmann::json::parse(test::get(port_, "/health/ready").body);
  EXPECT_EQ(health["status"], "warn") << health;
  EXPECT_EQ(health["checks"]["configuration"][0]["status"], "warn") << health;

  configure();
  ASSERT_TRUE(proxy_->reload().has_value());
  until("all is well", [&] { return told().empty(); });
  std::filesystem::rename(file(), file() + ".away");
  until("that it is gone",
        [&] { return told().find("is not there any more") != std::string::npos; });
  std::filesystem::rename(file() + ".away", file());
  until("all is well again", [&] { return told().empty(); });
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

TEST_F(AReload, IsInTheSwitchLogWithWhatChangedAndARestartRepeatsNothing) {
  const auto routes = [&] {
    return nlohmann::json::parse(test::get(port_, "/_banyan/api/log?kind=routes").body)["entries"];
  };
  start();
  nlohmann::json lines = routes();
  ASSERT_EQ(lines.size(), 1u) << "the first process tells what it goes by";
  EXPECT_EQ(lines[0]["why"], "the process started");
  const auto added = lines[0]["after"]["added"].get<std::vector<std::string>>();
  EXPECT_EQ(added,
            (std::vector<std::string>{"reach catalog", "rollout catalog", "route catalog.read",
                                      "route catalog.write", "route rest", "sticky",
                                      "upstream catalog", "upstream legacy"}));

  configure("# another comment\n");
  ASSERT_TRUE(proxy_->reload().has_value());
  EXPECT_EQ(routes().size(), 1u) << "nothing that decides where requests go";
  proxy_.reset();
  start();
  EXPECT_EQ(routes().size(), 1u) << "a restart";

  NamedServer other("other");
  write(file(), shop_configuration(other.port(), catalog_.port(),
                                   "[[routes]]\nname = \"more\"\nprefix = \"/more\"\n"
                                   "methods = [\"*\"]\nlegacy = \"legacy\"\n"));
  ASSERT_TRUE(proxy_->reload().has_value());
  lines = routes();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["after"]["added"], nlohmann::json::array({"route more"}));
  EXPECT_EQ(lines[0]["after"]["changed"], nlohmann::json::array({"upstream legacy"}))
      << "turned to another address";
  EXPECT_EQ(lines[0]["why"], "its file was read again");
  EXPECT_EQ(lines[0]["before"]["table"], lines[1]["after"]["table"]);
  EXPECT_NE(lines[0]["who"].get<std::string>().find('@'), std::string::npos);
  EXPECT_NE(lines[0]["evidence"].get<std::string>().find("banyan.toml"), std::string::npos);
  const auto verified = nlohmann::json::parse(test::get(port_, "/_banyan/api/verify").body);
  EXPECT_EQ(verified["intact"], true) << verified;
  EXPECT_EQ(nlohmann::json::parse(test::get(port_, "/_banyan/api/status").body)["revision"], 0)
      << "and is no revision";
}

TEST_F(AReload, TakesTheOperatorsTokenThatIsInTheFileNow) {
  const std::string secret = (folder_.path() / "token").string();
  std::string text = shop_configuration(legacy_.port(), catalog_.port());
  text.insert(text.find("sticky"), "operators = \"0.0.0.0:0\"\noperators_token_file = \"token\"\n");
  write(file(), text);
  test::write_secret(secret, "the first secret of all\n");
  start();
  const auto status_with = [&](const std::string& token) {
    return test::ask(
               proxy_->operators()->port,
               "GET /metrics HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token + "\r\n\r\n")
        .status;
  };
  EXPECT_EQ(status_with("the first secret of all"), 200u);
  test::write_secret(secret, "the second secret of all\n");
  ASSERT_TRUE(proxy_->reload().has_value());
  EXPECT_EQ(status_with("the first secret of all"), 401u);
  EXPECT_EQ(status_with("the second secret of all"), 200u);
  until("a line", [&] { return log().find("operators_token_changed") != std::string::npos; });

  test::write_secret(secret, "short\n");
  const auto refused = proxy_->reload();
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(to_string(refused.error()).find("operators_token_file"), std::string::npos);
  EXPECT_EQ(status_with("the second secret of all"), 200u) << "it stays in force";
}

/// A value that the key does not have by itself.
std::string another_value(const strangler::Key& key) {
  using strangler::KeyKind;
  if (key.name == "operators") return R"("127.0.0.1:0")";
  if (key.name == "collector") return R"("http://127.0.0.1:1")";
  if (key.name == "trusted_peers") return R"(["10.0.0.0/8"])";
  switch (key.kind) {
    case KeyKind::Flag: return "true";
    case KeyKind::Number: return std::to_string(key.most);
    case KeyKind::Size: return R"("16KiB")";
    case KeyKind::Time: return R"("7s")";
    case KeyKind::Share: return R"("50%")";
    case KeyKind::Choice: return '"' + std::string(key.choices.back().value) + '"';
    case KeyKind::Texts: return R"(["X-Tenant"])";
    default: return R"("other")";
  }
}

TEST_F(AReload, NamesEachKeyThatIsDeclaredToCountAtTheNextStart) {
  start();
  int named = 0;
  for (const std::string section : {"[proxy]", "[limits]", "[access_log]", "[tracing]"}) {
    for (const strangler::Key& key : strangler::keys_of(section)) {
      if (!key.at_restart || key.name == "listen") continue;  // that is in the file already
      const std::string line = std::string(key.name) + " = " + another_value(key) + '\n';
      const bool in_proxy = section == "[proxy]";
      std::string text = shop_configuration(legacy_.port(), catalog_.port(),
                                            in_proxy ? "" : section + '\n' + line);
      if (in_proxy) text.insert(text.find("[proxy]\n") + 8, line);
      if (section == "[access_log]" && key.name != "file") text += "file = \"access.log\"\n";
      write(file(), text);
      const auto read = proxy_->reload();
      ASSERT_TRUE(read.has_value()) << text << to_string(read.error());
      const std::string name =
          in_proxy ? std::string(key.name) : section.substr(1, section.size() - 2);
      // One line for each of them, however alike they are.
      ++named;
      until("the line about " + line, [&] {
        std::istringstream lines(log());
        int told = 0;
        std::string last;
        for (std::string each; std::getline(lines, each);) {
          if (each.find("needs_restart") == std::string::npos) continue;
          ++told;
          last = each;
        }
        return told == named && last.find("\"changed\":\"" + name + '"') != std::string::npos;
      });
    }
  }
  EXPECT_GT(named, 20);
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
}  // namespace banyan::serving
