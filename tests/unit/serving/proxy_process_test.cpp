// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "proxy_fixture.hpp"
#include "support/certificates.hpp"
#include "support/child_process.hpp"
#include "support/tls_socket.hpp"

namespace banyan::serving {
namespace {

using namespace std::chrono_literals;
using test::Peer;

/// The proxy as people run it.
class AProxyProcess : public ProxyTest {
 protected:
  void run(const std::string& more = "") {
    port_ = test::free_port();
    rewrite(more);
    process_.emplace(std::vector<std::string>{PROXY_UNDER_TEST, file(), log_file()}, output());
    until("the proxy listens", [this] {
      return text_of(output()).find("listens on http://127.0.0.1:" + std::to_string(port_)) !=
             std::string::npos;
    });
  }

  void rewrite(const std::string& more = "") {
    std::string text =
        shop_configuration(legacy_port_ ? legacy_port_ : legacy_.port(), catalog_.port(), more);
    text.replace(text.find("127.0.0.1:0"), 11, "127.0.0.1:" + std::to_string(port_));
    write(file(), text);
  }

  static std::string text_of(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::filesystem::path output() const { return folder_.path() / "output"; }
  std::string log_file() const { return (folder_.path() / "log.json").string(); }

  /// The most memory that it ever had, in bytes.
  std::size_t most_memory() const {
    std::ifstream status("/proc/" + std::to_string(process_->id()) + "/status");
    std::string line;
    while (std::getline(status, line)) {
      if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6)) * 1'024;
    }
    return 0;
  }

  std::uint16_t legacy_port_ = 0;
  std::optional<test::ChildProcess> process_;
};

TEST_F(AProxyProcess, ReadsItsFileAgainWhenItChangesOrItIsToldTo) {
  run();
  EXPECT_EQ(test::get(port_, "/more").status, 404u);
  const std::string more =
      "[[routes]]\nprefix = \"/more\"\nmethods = [\"*\"]\neffect = \"write\"\nlegacy = "
      "\"legacy\"\n";
  rewrite(more);
  until("the new route", [&] { return test::get(port_, "/more").status == 200; });

  rewrite("[[routes]]\nprefix = 7\n");
  until("the refusal", [&] { return log().find("routes_refused") != std::string::npos; });
  EXPECT_EQ(test::get(port_, "/more").status, 200u) << "the old routes stay";

  const auto loads = [&] {
    int count = 0;
    const std::string text = log();
    for (std::size_t at = 0; (at = text.find("routes_loaded", at)) != std::string::npos; ++at) {
      ++count;
    }
    return count;
  };
  rewrite(more);
  until("the mended file", [&] { return loads() == 2; });
  process_->signal(SIGHUP);
  until("the reload by signal", [&] { return loads() == 3; });
  EXPECT_EQ(process_->stop(), 0);
}

TEST_F(AProxyProcess, IsFollowedByANewerOneWithoutARefusedRequest) {
  const test::Authority authority(folder_.path());
  authority.issue("shop", {.names = {"DNS:localhost"}});
  const std::uint16_t by_tls = test::free_port();
  run("[[proxy.tls]]\nlisten = [\"127.0.0.1:" + std::to_string(by_tls) +
      "\"]\ncertificates = [{chain = \"shop.pem\", key = \"shop.key\"}]\n");
  std::atomic<bool> ended = false;
  std::atomic<int> asked = 0;
  std::atomic<int> failures = 0;
  std::vector<std::jthread> load;
  for (int i = 0; i < 3; ++i) {
    load.emplace_back([&] {
      while (!ended) {
        try {
          if (test::get(port_, "/elsewhere").status != 404) ++failures;
          if (test::TlsSocket(by_tls, {}).peer_name() != "shop") ++failures;
        } catch (const std::exception&) {
          ++failures;
        }
        ++asked;
      }
    });
  }
  // `./dev restarts` asks for more.
  const char* const wanted = std::getenv("BANYAN_TEST_RESTARTS");
  const int restarts = wanted != nullptr ? std::atoi(wanted) : 3;
  for (int i = 0; i < restarts; ++i) {
    const std::string version = std::to_string(i + 2);
    const auto told = folder_.path() / ("output-" + version);
    test::ChildProcess next({PROXY_UNDER_TEST, file(), log_file(), version}, told);
    until("the newer one listens", [&] {
      return text_of(told).find("listens on http://127.0.0.1:" + std::to_string(port_)) !=
             std::string::npos;
    });
    EXPECT_EQ(process_->wait(20s), 0) << text_of(output());
    process_.emplace(std::move(next));
    EXPECT_EQ(test::get(port_, "/health/ready").status, 200U);
  }
  ended = true;
  load.clear();
  EXPECT_EQ(failures, 0);
  EXPECT_GT(asked, 0);
  EXPECT_NE(log().find("taken_over"), std::string::npos);
  EXPECT_EQ(process_->stop(), 0);
  int stops = 0;
  const std::string text = log();
  for (std::size_t at = 0; (at = text.find("\"stopped\"", at)) != std::string::npos; ++at) ++stops;
  EXPECT_EQ(stops, restarts + 1) << "each orderly end is told, whoever has followed";
}

TEST_F(AProxyProcess, TakesTheFirstSignalFromOutsideForTheFirstAfterItWasFollowed) {
  run();
  // A client that asks for nothing keeps it until the last second of its drain.
  Peer client = Peer::connect(port_);
  const auto ask = [&] {
    client.send("GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n");
    return client.read_until("\r\n\r\n");
  };
  EXPECT_NE(ask().find("HTTP/1.1 404 "), std::string::npos);
  const auto told = folder_.path() / "output-2";
  const test::ChildProcess next({PROXY_UNDER_TEST, file(), log_file(), "2"}, told);
  until("it goes", [&] { return log().find("taken_over") != std::string::npos; });
  process_->signal(SIGTERM);
  EXPECT_NE(ask().find("HTTP/1.1 404 "), std::string::npos);
  client.close();
  EXPECT_EQ(process_->wait(20s), 0) << "it was not cut";
}

TEST_F(AProxyProcess, IsNotFollowedByOneWithOtherAddressesOrAnotherControlStore) {
  run();
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string text = text_of(file());
    text.replace(text.find(from), from.size(), to);
    const std::string other = (folder_.path() / "other.toml").string();
    write(other, text);
    const auto ran = test::run_program({PROXY_UNDER_TEST, other, log_file(), "2"});
    EXPECT_EQ(ran.exit_code, 78);
    return ran.output;
  };
  EXPECT_NE(refused("[proxy]", "[proxy]\ncontrol_store = \"elsewhere.db\"").find("control store"),
            std::string::npos);
  const std::string mine = "127.0.0.1:" + std::to_string(port_);
  const std::string both = mine + "\", \"127.0.0.1:" + std::to_string(test::free_port());
  EXPECT_NE(refused(mine, both).find("and this one shall listen on"), std::string::npos);
  EXPECT_EQ(test::get(port_, "/elsewhere").status, 404U);
  EXPECT_EQ(process_->stop(), 0);
}

TEST_F(AProxyProcess, TakesRenewedCertificatesByItselfAndNoHalvesOfThem) {
  const test::Authority authority(folder_.path());
  const test::Issued first = authority.issue("first", {.names = {"DNS:localhost"}});
  const test::Issued second = authority.issue("second", {.names = {"DNS:localhost"}});
  namespace fs = std::filesystem;
  const auto link = [&](const std::string& name, const std::string& target) {
    const fs::path at = folder_.path() / name;
    fs::create_symlink(target, at.string() + ".new");
    fs::rename(at.string() + ".new", at);
  };
  link("shop.pem", "first.pem");
  link("shop.key", "first.key");
  const std::uint16_t by_tls = test::free_port();
  run("[[proxy.tls]]\nlisten = [\"127.0.0.1:" + std::to_string(by_tls) +
      "\"]\ncertificates = [{chain = \"shop.pem\", key = \"shop.key\"}]\n");
  const auto name = [&] { return test::TlsSocket(by_tls, {}).peer_name(); };
  const auto told = [&](std::string_view event) {
    const std::string text = log();
    int count = 0;
    for (std::size_t at = 0; (at = text.find(event, at)) != std::string::npos; ++at) ++count;
    return count;
  };
  EXPECT_EQ(name(), "first");

  link("shop.pem", "second.pem");
  until("the refusal", [&] { return told("certificates_refused") == 1; });
  EXPECT_EQ(name(), "first") << "not even the good half of it";
  until("the reason", [&] { return told("the key does not belong to the certificate") == 1; });

  link("shop.key", "second.key");
  until("the new certificate", [&] { return name() == "second"; });
  until("the message", [&] { return told("certificates_loaded") == 1; });
  EXPECT_EQ(told("certificates_refused"), 1);
  EXPECT_EQ(told("routes_loaded"), 0) << "nothing else is read again";
  EXPECT_EQ(process_->stop(), 0);
}

TEST_F(AProxyProcess, TriesAgainWhenACertificateThatItsNewFileNamesArrivesLate) {
  const test::Authority authority(folder_.path());
  run();
  const std::string more =
      "[upstreams.safe]\ninstances = [\"127.0.0.1:1\"]\n[upstreams.safe.tls]\nca = "
      "\"late.pem\"\n[[routes]]\nprefix = \"/more\"\nmethods = [\"*\"]\neffect = "
      "\"write\"\nlegacy = \"legacy\"\n";
  rewrite(more);
  until("the refusal", [&] { return log().find("routes_refused") != std::string::npos; });
  EXPECT_EQ(test::get(port_, "/more").status, 404u);

  std::filesystem::copy_file(authority.file(), folder_.path() / "late.pem");
  until("the new route", [&] { return test::get(port_, "/more").status == 200; });
  EXPECT_EQ(process_->stop(), 0);
}

TEST_F(AProxyProcess, ReadsAllAgainWhenTheFileOfASecretIsMendedOrRenewed) {
  namespace fs = std::filesystem;
  const fs::path token = folder_.path() / "catalog.token";
  std::ofstream(token) << "of-today\n";
  fs::permissions(token, fs::perms::owner_read | fs::perms::owner_write | fs::perms::others_read);
  run();
  rewrite("[rollouts.catalog.shadow]\nset = { X-Key = { file = \"catalog.token\" } }\n");
  until("the refusal",
        [&] { return log().find("open to everybody on this machine") != std::string::npos; });
  const auto loads = [&] {
    int count = 0;
    const std::string text = log();
    for (std::size_t at = 0; (at = text.find("routes_loaded", at)) != std::string::npos; ++at) {
      ++count;
    }
    return count;
  };
  EXPECT_EQ(loads(), 0);
  fs::permissions(token, fs::perms::owner_read | fs::perms::owner_write);
  until("the new file, as its message has said", [&] { return loads() == 1; });
  write(token.string(), "of-tomorrow\n");
  fs::permissions(token, fs::perms::owner_read | fs::perms::owner_write);
  until("the renewed secret", [&] { return loads() >= 2; });
  EXPECT_EQ(log().find("of-to"), std::string::npos);
  EXPECT_EQ(process_->stop(), 0);
}

TEST_F(AProxyProcess, DrainsUnderLoadWithoutLosingARequest) {
  run();
  std::atomic<int> answered = 0;
  std::atomic<int> lost = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&] {
        Peer peer = Peer::connect(port_);
        try {
          while (true) {
            peer.send("GET /albums/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
            const test::Seen seen = test::read_answer(peer);
            if (seen.status != 200) ++lost;
            ++answered;
            if (seen.field("Connection") == "close") return;
          }
        } catch (const std::exception&) {
          // Closed between two requests; a server may do so at any time.
        }
      });
    }
    until("some load", [&] { return answered > 100; });
    EXPECT_EQ(process_->stop(), 0);
  }
  EXPECT_EQ(lost, 0);
}

TEST_F(AProxyProcess, HasItsClientsGoOneByOneWhenItStops) {
  run("[limits]\ndrain_spread = \"800ms\"\n");
  constexpr int kClients = 12;
  std::atomic<int> ready = 0;
  std::atomic<int> lost = 0;
  std::mutex mutex;
  std::vector<std::chrono::steady_clock::time_point> told;
  std::vector<std::jthread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&] {
      Peer peer = Peer::connect(port_);
      try {
        for (bool first = true;; first = false) {
          peer.send("GET /albums/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
          const test::Seen seen = test::read_answer(peer);
          if (seen.status != 200) ++lost;
          if (first) ++ready;
          if (seen.field("Connection") == "close") break;
          std::this_thread::sleep_for(2ms);
        }
      } catch (const std::exception&) {
        ++lost;
      }
      const std::lock_guard lock(mutex);
      told.push_back(std::chrono::steady_clock::now());
    });
  }
  until("all clients are there", [&] { return ready == kClients; });
  process_->signal(SIGTERM);
  clients.clear();
  EXPECT_EQ(process_->wait(8s), 0);
  EXPECT_EQ(lost, 0) << "each is told with an answer, none is cut off";
  const auto [first, last] = std::ranges::minmax(told);
  EXPECT_GT(last - first, 100ms) << "spread, not all at once";
}

TEST_F(AProxyProcess, OpensItsAccessLogAgainWhenItIsToldTo) {
  run("[access_log]\nfile = \"access.log\"\n");
  const auto log_of = [&](const char* name) { return text_of(folder_.path() / name); };
  EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
  until("the first line", [&] { return !log_of("access.log").empty(); });
  std::filesystem::rename(folder_.path() / "access.log", folder_.path() / "access.log.1");
  process_->signal(SIGHUP);
  until("the new file", [&] { return std::filesystem::exists(folder_.path() / "access.log"); });
  EXPECT_EQ(test::get(port_, "/albums/2").status, 200u);
  until("the second line",
        [&] { return log_of("access.log").find("/albums/2") != std::string::npos; });
  EXPECT_EQ(log_of("access.log.1").find("/albums/2"), std::string::npos);
  EXPECT_EQ(process_->stop(), 0);
}

TEST_F(AProxyProcess, FinishesWhatRunsBeforeItEnds) {
  test::Listener upstream;
  legacy_port_ = upstream.port();
  run();
  Peer client = Peer::connect(port_);
  client.send("GET /shop HTTP/1.1\r\nHost: localhost\r\n\r\n");
  Peer slow = upstream.accept();
  slow.read_head();
  process_->signal(SIGTERM);
  until("the end of accepting", [&] {
    try {
      Peer::connect(port_);
      return false;
    } catch (const std::exception&) {
      return true;
    }
  });
  slow.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
  const test::Seen seen = test::read_answer(client);
  EXPECT_EQ(seen.body, "done");
  EXPECT_EQ(seen.field("Connection"), "close");
  EXPECT_EQ(process_->wait(8s), 0);
}

TEST_F(AProxyProcess, StreamsLargeBodiesInLittleMemory) {
  test::Listener upstream;
  legacy_port_ = upstream.port();
  run();
  constexpr std::size_t kLarge = std::size_t{64} * 1024 * 1024;
  const std::string length = "Content-Length: " + std::to_string(kLarge) + "\r\n\r\n";
  const std::string piece(1 << 20, 'x');
  const std::size_t before = most_memory();
  Peer client = Peer::connect(port_);
  client.send("POST /shop HTTP/1.1\r\nHost: localhost\r\n" + length);
  Peer server = upstream.accept();
  server.read_head();
  {
    const std::jthread up([&] {
      for (std::size_t sent = 0; sent < kLarge; sent += piece.size()) client.send(piece);
    });
    server.skip_exactly(kLarge);
  }
  server.send("HTTP/1.1 200 OK\r\n" + length);
  client.read_head();
  {
    const std::jthread down([&] {
      for (std::size_t sent = 0; sent < kLarge; sent += piece.size()) server.send(piece);
    });
    client.skip_exactly(kLarge);
  }
  EXPECT_LT(most_memory() - before, std::size_t{16} * 1024 * 1024);
  EXPECT_EQ(process_->stop(), 0);
}

TEST_F(AProxyProcess, RefusesToStartTwiceAtOnePlace) {
  run();
  const auto second = test::run_program({PROXY_UNDER_TEST, file(), log_file()}, 8s);
  EXPECT_EQ(second.exit_code, 69) << "it may end, and then this one can start";
  EXPECT_NE(second.output.find(std::to_string(process_->id())), std::string::npos)
      << "it says who is there: " << second.output;
  EXPECT_NE(second.output.find("--take-over"), std::string::npos) << second.output;
  EXPECT_EQ(second.output.find("banyan: "), 0U) << second.output;
}

TEST_F(AProxyProcess, RefusesABadFileWithItsPlace) {
  write(file(), "[proxy]\nlisten = 8080\n");
  const auto ran = test::run_program({PROXY_UNDER_TEST, file(), log_file()}, 8s);
  EXPECT_EQ(ran.exit_code, 78);
  EXPECT_NE(ran.output.find("banyan.toml:2:"), std::string::npos) << ran.output;
}

}  // namespace
}  // namespace banyan::serving
