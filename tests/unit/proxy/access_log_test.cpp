// SPDX-License-Identifier: Apache-2.0
#include "access_log.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "access_line.hpp"
#include "proxy_fixture.hpp"

namespace banyan::strangler {
namespace {

class TheAccessLog : public ProxyTest {
 protected:
  void log_to(const std::string& more) {
    configure("[access_log]\nfile = \"access.log\"\n" + more);
    start();
  }
  std::string path(const std::string& name = "access.log") const {
    return (folder_.path() / name).string();
  }
  static std::vector<std::string> lines(const std::string& file) {
    std::ifstream in(file);
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
};

TEST_F(TheAccessLog, HasAJsonLineForEachRequest) {
  log_to("");
  test::get(port_, "/albums/1?a=\"<%22>",
            "User-Agent: a \"quoted\\\xFF agent\r\nX-Correlation-Id: c7\r\n");
  test::get(port_, "/nobody");
  until("both lines", [&] { return lines(path()).size() == 2; });
  const auto first = nlohmann::json::parse(lines(path())[0]);
  EXPECT_EQ(first["target"], "/albums/1?a=\"<%22>");
  EXPECT_EQ(first["method"], "GET");
  EXPECT_EQ(first["status"], 200);
  EXPECT_EQ(first["bytes"], 6) << "legacy";
  EXPECT_EQ(first["route"], "catalog.read");
  EXPECT_EQ(first["side"], "local");
  EXPECT_EQ(first["upstream"], "127.0.0.1:" + std::to_string(legacy_.port()));
  EXPECT_EQ(first["outcome"], "none");
  EXPECT_EQ(first["correlation_id"], "c7");
  EXPECT_EQ(first["user_agent"], "a \"quoted\\\u00FF agent");
  EXPECT_GT(first["milliseconds"].get<double>(), 0.0);
  const auto second = nlohmann::json::parse(lines(path())[1]);
  EXPECT_EQ(second["status"], 404);
  EXPECT_EQ(second["outcome"], "refused");
  EXPECT_FALSE(second.contains("upstream"));
}

TEST_F(TheAccessLog, KnowsTheCombinedFormat) {
  log_to("format = \"combined\"\n");
  test::get(port_, "/albums/1", "User-Agent: a\"b\\\r\nReferer: http://x.example/\r\n");
  until("the line", [&] { return lines(path()).size() == 1; });
  EXPECT_THAT(lines(path())[0],
              testing::MatchesRegex(
                  R"(127\.0\.0\.1 - - \[[0-9][0-9]/[A-Z][a-z][a-z]/[0-9]+:[0-9:]+ \+0000\] )"
                  R"("GET /albums/1 HTTP/1\.1" 200 6 "http://x\.example/" "a\\"b\\\\")"));
}

TEST_F(TheAccessLog, TakesAShareEvenly) {
  log_to("share = \"25%\"\n");
  for (int i = 0; i < 12; ++i) side_of(i);
  proxy_.reset();
  EXPECT_EQ(lines(path()).size(), 3u) << "and all that was there is written at the end";
}

TEST_F(TheAccessLog, IsOpenedAgainWhenItWasMovedAway) {
  log_to("");
  side_of(1);
  until("the first line", [&] { return lines(path()).size() == 1; });
  std::filesystem::rename(path(), path("access.log.1"));
  proxy_->reopen_logs();
  until("the new file", [&] { return std::filesystem::exists(path()); });
  side_of(2);
  until("the second line", [&] { return lines(path()).size() == 1; });
  EXPECT_EQ(lines(path("access.log.1")).size(), 1u);

  std::filesystem::rename(path(), path("access.log.2"));
  until("the new file, found without being told", [&] { return std::filesystem::exists(path()); });
  side_of(3);
  until("the third line", [&] { return lines(path()).size() == 1; });
}

TEST_F(TheAccessLog, ThatCannotBeWrittenKeepsTheProxyFromStarting) {
  configure("[access_log]\nfile = \"no/such/folder/access.log\"\n");
  auto made = Proxy::make({.config_file = file()});
  ASSERT_TRUE(made.has_value());
  try {
    (*made)->start();
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("no/such/folder/access.log"), std::string::npos);
  }
}

/// Lines come faster than the disk takes them: a pipe that nobody reads.
TEST_F(TheAccessLog, DropsAndCountsWhatTheDiskCannotTake) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const int reader = ::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  log_to("");
  const std::string agent = "User-Agent: " + std::string(8'000, 'a') + "\r\n";
  const std::string request = "GET /nobody HTTP/1.1\r\nHost: a\r\n" + agent + "\r\n";
  test::Peer peer = test::Peer::connect(port_);
  const auto counter = [&] {
    const std::string text = test::get(port_, "/metrics").body;
    const std::string name = "\nbanyan_access_log_dropped_total ";
    const std::size_t at = text.find(name);
    return at == std::string::npos ? std::string("none") : text.substr(at + name.size(), 1);
  };
  int asked = 0;
  while (counter() == "0" && asked < 4'000) {
    for (int i = 0; i < 100; ++i, ++asked) {
      peer.send(request);
      ASSERT_EQ(test::read_answer(peer).status, 404u) << "nobody waits for the log";
    }
  }
  EXPECT_NE(counter(), "0") << "after " << asked;
  // Let the writer go.
  ::close(reader);
}

}  // namespace
}  // namespace banyan::strangler
