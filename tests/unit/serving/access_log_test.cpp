// SPDX-License-Identifier: Apache-2.0
#include "access_log.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "access_line.hpp"
#include "proxy_fixture.hpp"

namespace banyan::serving {
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
  EXPECT_EQ(first["response_bytes"], 6) << "legacy";
  EXPECT_EQ(first["route"], "catalog.read");
  EXPECT_EQ(first["side"], "local");
  EXPECT_EQ(first["upstream_address"], "127.0.0.1:" + std::to_string(legacy_.port()));
  EXPECT_EQ(first["outcome"], "none");
  EXPECT_EQ(first["correlation_id"], "c7");
  EXPECT_EQ(first["user_agent"], "a \"quoted\\\u00FF agent");
  EXPECT_GT(first["duration_seconds"].get<double>(), 0.0);
  const auto second = nlohmann::json::parse(lines(path())[1]);
  EXPECT_EQ(second["status"], 404);
  EXPECT_EQ(second["outcome"], "refused");
  EXPECT_FALSE(second.contains("upstream_address"));
}

TEST(ALineOfTheAccessLog, HasNoAddressWhereNobodyKnowsOne) {
  const http::RequestHead head{.method = "GET", .target = "/albums/1"};
  const std::string id = "original-1";
  const http::Endpoint peer{"127.0.0.1", 1};
  const strangler::Route route;
  const strangler::Outcome outcome{.failure = strangler::ForwardFailure::Timeout, .attempts = 1};
  std::string line;
  append_json(line, {.head = head,
                     .request_id = id,
                     .peer = peer,
                     .route = &route,
                     .outcome = outcome,
                     .refusal = {},
                     .now = {},
                     .shadow = true});
  EXPECT_EQ(nlohmann::json::parse(line)["upstream_address"], "") << "a copy that has failed";
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

TEST_F(TheAccessLog, HasALineForWhatIsNoRequestToo) {
  configure(
      "[access_log]\nfile = \"access.log\"\n[limits]\nheader_time = \"50ms\"\n"
      "body_bytes = 10\nbody_time = \"50ms\"\n");
  start();
  struct Case {
    const char* request;
    unsigned status;
    const char* refusal;
    const char* method;
    const char* target;
  };
  const std::vector<Case> cases = {
      {"GET /a\x01\r\n\r\n", 400, "http.control_character", "GET", "/a\x01"},
      {"GET /slow HTTP/1.1\r\nHost: a\r\nX-A", 408, "http.too_slow", "GET", "/slow"},
      {"GE", 408, "http.too_slow", "GE", ""},
      {"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 501, "http.connect", "CONNECT", "a:1"},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "http.unknown_version", "GET", "/"},
      {"POST /shop HTTP/1.1\r\nHost: a\r\nX-Correlation-Id: c9\r\nX-Request-Id: r9\r\n"
       "Content-Length: 11\r\n\r\n",
       413, "http.body_too_large", "POST", "/shop"},
  };
  for (const Case& each : cases) {
    const test::Seen seen = test::ask(port_, each.request);
    EXPECT_EQ(seen.status, each.status) << each.request;
    EXPECT_THAT(seen.body, testing::HasSubstr(each.refusal));
    EXPECT_NE(seen.field("X-Request-Id"), "");
    EXPECT_NE(seen.field("X-Correlation-Id"), "");
    until("the line", [&] { return !lines(path()).empty(); });
    const auto line = nlohmann::json::parse(lines(path()).back());
    EXPECT_EQ(line["status"], each.status);
    EXPECT_EQ(line["outcome"], "refused");
    EXPECT_EQ(line["rule"], each.refusal);
    EXPECT_EQ(line["response_bytes"], seen.body.size());
    EXPECT_EQ(line["method"], each.method);
    EXPECT_EQ(line["target"], each.target);
    EXPECT_EQ(line["request_id"], seen.field("X-Request-Id"));
    EXPECT_EQ(line["peer"], "127.0.0.1");
    std::filesystem::resize_file(path(), 0);
  }
  const std::string metrics = test::get(port_, "/metrics").body;
  EXPECT_THAT(
      metrics,
      testing::HasSubstr(
          "\nbanyan_http_requests_refused_total{status=\"408\",rule=\"http.too_slow\"} 2\n"));
}

TEST_F(TheAccessLog, KnowsTheIdsOfWhatIsRefusedInItsMiddle) {
  const test::Listener silent;
  write(file(), shop_configuration(silent.port(), catalog_.port(),
                                   "[access_log]\nfile = \"access.log\"\n"
                                   "[limits]\nbody_time = \"50ms\"\n"));
  start();
  constexpr std::string_view kIds = "X-Correlation-Id: action-9\r\nX-Request-Id: r9\r\n";
  const std::string begun = "POST /shop HTTP/1.1\r\nHost: a\r\n" + std::string(kIds);
  for (const std::string& request :
       {begun + "Content-Length: 5\r\n\r\nhel", begun + "Transfer-Encoding: chunked\r\n\r\nX\r\n",
        begun + "Content-Length: x\r\n\r\n"}) {
    const test::Seen seen = test::ask(port_, request);
    EXPECT_THAT(seen.status, testing::AnyOf(400U, 408U));
    EXPECT_EQ(seen.field("X-Request-Id"), "r9") << request;
    EXPECT_EQ(seen.field("X-Correlation-Id"), "action-9") << request;
    until("the line", [&] { return !lines(path()).empty(); });
    const auto line = nlohmann::json::parse(lines(path()).back());
    EXPECT_EQ(line["status"], seen.status);
    EXPECT_EQ(line["request_id"], "r9");
    EXPECT_EQ(line["correlation_id"], "action-9");
    EXPECT_EQ(line["response_bytes"], seen.body.size()) << "the problem was sent";
    std::filesystem::resize_file(path(), 0);
  }
}

TEST_F(TheAccessLog, TellsWhatIsNoRequestInTheCombinedFormatAsFarAsItWasRead) {
  log_to("format = \"combined\"\n");
  test::ask(port_, "\x16\x03\x01\r\n");
  until("the line", [&] { return lines(path()).size() == 1; });
  EXPECT_THAT(lines(path())[0], testing::HasSubstr(R"(] "\x16\x03\x01" 400 )"));
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

TEST_F(TheAccessLog, ThatCannotBeOpenedAgainIsWrittenOnAndTheLogSaysSo) {
  std::filesystem::create_directory(folder_.path() / "logs");
  configure("[access_log]\nfile = \"logs/access.log\"\n");
  start();
  std::filesystem::rename(folder_.path() / "logs", folder_.path() / "moved");
  proxy_->reopen_logs();
  until("the event", [&] { return log().find("access_log_not_reopened") != std::string::npos; });
  side_of(1);
  until("the line", [&] { return lines(path("moved/access.log")).size() == 1; });
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
    const std::string name = "\nbanyan_access_log_lines_dropped_total ";
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
  until("the event", [&] { return log().find("access_log_lines_dropped") != std::string::npos; });
  // Let the writer go.
  ::close(reader);
}

}  // namespace
}  // namespace banyan::serving
