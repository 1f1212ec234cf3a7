// SPDX-License-Identifier: Apache-2.0
// What the proxy says of traces: to upstreams, to operators, to a collector.
#include <gmock/gmock.h>

#include <mutex>
#include <nlohmann/json.hpp>

#include "proxy_fixture.hpp"
#include "support/deaf_port.hpp"

namespace banyan::serving {
namespace {

using testing::HasSubstr;

/// Keeps what is sent to it.
class Collector final : public http::Application {
 public:
  Collector() : server_({.listen = {{"127.0.0.1", 0}}, .loops = 1}, *this) { server_.start(); }

  void handle(std::shared_ptr<http::Exchange> exchange) override {
    exchange->collect_body(1 << 20,
                           [this, exchange](std::expected<std::string, http::Refusal> body) {
                             {
                               const std::lock_guard lock(mutex_);
                               taken_ += body.value_or("");
                             }
                             exchange->respond({});
                           });
  }
  std::string section(const std::string& share = "") const {
    return "[tracing]\ncollector = \"http://127.0.0.1:" + std::to_string(server_.port()) + "\"\n" +
           (share.empty() ? "" : "share = \"" + share + "\"\n");
  }
  /// Names and values stand in the messages as they are.
  std::string taken() {
    const std::lock_guard lock(mutex_);
    return taken_;
  }

 private:
  std::mutex mutex_;
  std::string taken_;
  http::Server server_;
};

class TheTraces : public ProxyTest {
 protected:
  /// While there is a collector to say goodbye to.
  ~TheTraces() override { proxy_.reset(); }

  static constexpr const char* kTrace = "0af7651916cd43dd8448eb211c80319c";
  static std::string traceparent(const std::string& flag) {
    return "00-" + std::string(kTrace) + "-b7ad6b7169203331-" + flag;
  }
  static std::string parent(const std::string& flag) {
    return "traceparent: " + traceparent(flag) + "\r\n";
  }
  static std::uint16_t nobody() { return test::deaf_port(); }
  void front(std::uint16_t legacy, const std::string& more = "") {
    write(file(), shop_configuration(legacy, catalog_.port(), more));
    start();
  }
  /// What the upstream was told of the trace.
  std::string told(const std::string& fields, unsigned answer = 200) {
    test::Peer client = test::Peer::connect(port_);
    client.send("GET /shop HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
    test::Peer side = upstream_.accept();
    const std::string head = side.read_head();
    side.send("HTTP/1.1 " + std::to_string(answer) + " Said\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(test::read_answer(client).status, answer);
    const std::size_t at = head.find("traceparent: ");
    return at == std::string::npos ? "" : head.substr(at + 13, 55);
  }
  nlohmann::json page() const {
    return nlohmann::json::parse(test::get(port_, "/_banyan/api/traces").body);
  }
  /// The first trace of that reason, once there is one.
  nlohmann::json kept(const std::string& reason) const {
    nlohmann::json found;
    until("a trace that is " + reason, [&] {
      const nlohmann::json all = page();
      for (const auto& trace : all["traces"]) {
        if (trace["reason"] == reason) found = trace;
      }
      return !found.is_null();
    });
    return found;
  }

  Collector collector_;
  test::Listener upstream_;
};

TEST_F(TheTraces, ThatAreExportedGoOnWithASpanOfOurOwn) {
  front(upstream_.port(), collector_.section());
  const std::string next = told(parent("01"));
  EXPECT_EQ(next.substr(3, 32), kTrace);
  EXPECT_NE(next.substr(36, 16), "b7ad6b7169203331");
  EXPECT_EQ(next.substr(53), "01");
}

TEST_F(TheTraces, GoOnAsTheyCameWhereNobodyExportsThemAndAreNeverMadeUp) {
  front(upstream_.port());
  EXPECT_EQ(told(parent("01")), traceparent("01")) << "a span of ours is a parent that nobody has";
  EXPECT_EQ(told(parent("00")), traceparent("00"));
  EXPECT_EQ(told(""), "");
}

TEST_F(TheTraces, GoOnAsTheyCameWhenTheCallerDoesNotRecord) {
  front(upstream_.port(), collector_.section());
  EXPECT_EQ(told(parent("00")), traceparent("00"));
}

TEST_F(TheTraces, ThatBeginHereAreExportedOrNotAndThatIsDecidedOnce) {
  front(upstream_.port(), collector_.section("50%"));
  std::size_t begun = 0;
  for (int i = 0; i < 40; ++i) begun += told("", 500).empty() ? 0 : 1;
  until("all of them", [&] { return page()["figures"]["traces"] == 40; });
  EXPECT_EQ(page()["figures"]["sampled"], begun);
}

TEST_F(TheTraces, OfFailedRequestsAreKeptForOperators) {
  front(nobody());
  EXPECT_EQ(test::get(port_, "/shop", parent("00")).status, 503u);
  const auto trace = kept("failed");
  EXPECT_EQ(trace["trace_id"], kTrace);
  EXPECT_EQ(trace["spans"][0]["kind"], "server");
  EXPECT_EQ(trace["spans"][0]["attributes"]["error.type"], "unreachable");
}

TEST_F(TheTraces, OfAnswersThatTellOfAnErrorSayItsStatus) {
  front(upstream_.port());
  told("", 500);
  const auto trace = kept("failed");
  EXPECT_EQ(trace["spans"][0]["attributes"]["error.type"], "500");
  EXPECT_EQ(trace["spans"][1]["attributes"]["error.type"], "500");
}

TEST_F(TheTraces, OfRequestsThatCannotGoOnFromHereAreKeptToo) {
  front(upstream_.port());
  test::Peer client = test::Peer::connect(port_);
  client.send("GET /shop HTTP/1.1\r\nHost: a\r\n\r\n");
  test::Peer side = upstream_.accept();
  side.read_head();
  side.send("HTTP/1.1 200 OK\r\nX-Long: " + std::string(300'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(test::read_answer(client).status, 502u);
  EXPECT_EQ(kept("failed")["spans"][0]["attributes"]["error.type"], "answer_too_large");
}

TEST_F(TheTraces, OfRequestsThatWereRepeatedTellOfTheAttemptThatFailed) {
  std::string text = shop_configuration(legacy_.port(), catalog_.port());
  const std::string one = "127.0.0.1:" + std::to_string(legacy_.port()) + "\"";
  text.insert(text.find(one) + one.size(), ", \"127.0.0.1:" + std::to_string(nobody()) + "\"");
  write(file(), text);
  start();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(test::get(port_, "/albums/1").status, 200u);
  const auto trace = kept("recovered");
  ASSERT_EQ(trace["spans"].size(), 3U);
  EXPECT_EQ(trace["spans"][1]["attributes"]["error.type"], "connect");
  EXPECT_EQ(trace["spans"][2]["attributes"]["http.response.status_code"], 200);
  EXPECT_EQ(trace["spans"][2]["attributes"]["http.request.resend_count"], 1);
}

TEST_F(TheTraces, OfRefusedRequestsSayWithWhatTheyWereRefused) {
  front(upstream_.port(), collector_.section());
  EXPECT_EQ(test::get(port_, "/health/live", parent("01") + "Idempotency-Key: a b\r\n").status,
            400u);
  until("its span", [&] { return collector_.taken().find("/health/live") != std::string::npos; });
  EXPECT_THAT(collector_.taken(), HasSubstr("http.response.status_code"));
  EXPECT_THAT(collector_.taken(), HasSubstr("banyan.invalid_header"));
}

TEST_F(TheTraces, AreNamedInTheLogAndInTheAccessLog) {
  front(nobody(), "[access_log]\nfile = \"access.log\"\n");
  EXPECT_EQ(test::get(port_, "/shop", parent("00")).status, 503u);
  const std::string id = "\"trace_id\":\"" + std::string(kTrace) + "\"";
  until("a line in the log", [&] { return log().find("request_failed") != std::string::npos; });
  EXPECT_THAT(log(), HasSubstr(id));
  const auto access = [&] {
    std::ifstream in(folder_.path() / "access.log");
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  until("a line in the access log", [&] { return !access().empty(); });
  EXPECT_THAT(access(), HasSubstr(id));
}

}  // namespace
}  // namespace banyan::serving
