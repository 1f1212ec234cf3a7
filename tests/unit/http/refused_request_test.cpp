// SPDX-License-Identifier: Apache-2.0
// What the application learns of requests that the engine refuses by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "serving.hpp"

namespace banyan::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

struct Noted {
  std::string name;
  std::string method;
  std::string target;
  std::string peer;
  std::string id;
  std::string correlation_id;
  std::chrono::nanoseconds took;
  std::uint64_t head_bytes;
  std::string document;
};

class Noting final : public Application {
 public:
  void handle(std::shared_ptr<Exchange> exchange) override { exchange->respond(text("served")); }
  void refused(const RefusedRequest& request, Response& answer) override {
    const std::lock_guard lock(mutex);
    all.push_back({request.refusal.name, request.head.method, request.head.target,
                   request.peer.host, request.id, std::string(request.correlation_id), request.took,
                   request.head_bytes, answer.body});
    answer.head.fields.add("X-Noted", "yes");
  }
  std::vector<Noted> noted() {
    const std::lock_guard lock(mutex);
    return all;
  }

 private:
  std::mutex mutex;
  std::vector<Noted> all;
};

class ARefusedRequest : public testing::Test {
 protected:
  void serve(ServerOptions options = {}) {
    options.loops = 1;
    server_.emplace(std::move(options), application_);
    server_->start();
  }
  std::string ask(std::string_view bytes) {
    RawSocket client(server_->port());
    client.send(bytes);
    return client.read_to_end();
  }
  Noting application_;
  std::optional<Server> server_;
};

TEST_F(ARefusedRequest, IsToldWithAllThatIsKnownOfIt) {
  serve();
  const std::string request =
      "PATCH /x HTTP/1.1\r\nHost: a\r\nX-Request-Id: r-1\r\nX-Correlation-Id: c-1\r\n"
      "Content-Length: 1\r\nContent-Length: 2\r\n\r\n";
  const std::string answer = ask(request);
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("X-Request-Id: r-1"),
                            HasSubstr("X-Noted: yes"),
                            HasSubstr(R"("code":"invalid_argument","rule":"http.two_lengths")"),
                            HasSubstr(R"("correlation_id":"c-1")")));
  const auto noted = application_.noted();
  ASSERT_EQ(noted.size(), 1U);
  EXPECT_EQ(noted[0].name, "http.two_lengths");
  EXPECT_EQ(noted[0].method, "PATCH");
  EXPECT_EQ(noted[0].target, "/x");
  EXPECT_EQ(noted[0].peer, "127.0.0.1");
  EXPECT_EQ(noted[0].id, "r-1");
  EXPECT_EQ(noted[0].correlation_id, "c-1");
  EXPECT_EQ(noted[0].head_bytes, request.size());
  EXPECT_THAT(answer, testing::EndsWith(noted[0].document));
}

TEST_F(ARefusedRequest, IsKnownByTheIdThatItIsGivenWhenItHasNoneThatIsAnyGood) {
  serve();
  const std::string answer = ask("GET /x HTTP/1.1\r\nX-Correlation-Id: no good\r\n\r\n");
  const auto noted = application_.noted();
  ASSERT_EQ(noted.size(), 1U);
  EXPECT_EQ(noted[0].correlation_id, noted[0].id);
  EXPECT_EQ(noted[0].id.size(), 16U);
  EXPECT_THAT(answer, HasSubstr("\"correlation_id\":\"" + noted[0].id + '"'));
}

TEST_F(ARefusedRequest, ThatIsTooSlowHasTakenItsTime) {
  ServerOptions options;
  options.head_timeout = 80ms;
  serve(options);
  EXPECT_THAT(ask("GET /slow HTTP/1.1\r\nHo"), StartsWith("HTTP/1.1 408 "));
  const auto noted = application_.noted();
  ASSERT_EQ(noted.size(), 1U);
  EXPECT_EQ(noted[0].target, "/slow");
  EXPECT_GE(noted[0].took, 70ms);
  EXPECT_EQ(noted[0].head_bytes, 22U);
}

TEST_F(ARefusedRequest, OfAConnectionForWhichThereIsNoRoomIsToldToo) {
  ServerOptions options;
  options.max_connections = 1;
  serve(options);
  RawSocket first(server_->port());
  first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(first.read_until("served"), StartsWith("HTTP/1.1 200 "));
  const std::string answer = ask("");
  const auto noted = application_.noted();
  ASSERT_EQ(noted.size(), 1U);
  EXPECT_EQ(noted[0].name, "http.too_many_connections");
  EXPECT_EQ(noted[0].method, "");
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("X-Noted: yes"),
                            HasSubstr("X-Request-Id: " + noted[0].id),
                            HasSubstr("\"correlation_id\":\"" + noted[0].id + '"')));
}

TEST(ARequest, IsNotTakenForGivenUpWhenAnEarlierOneOfItsConnectionIsLetGo) {
  std::shared_ptr<Exchange> kept;
  ServerOptions options;
  options.loops = 1;
  Running running(
      [&kept](std::shared_ptr<Exchange> exchange) {
        if (exchange->head().target == "/first") {
          exchange->respond(text("first"));
          kept = std::move(exchange);
          return;
        }
        kept = nullptr;
        exchange->loop().post([exchange] { exchange->respond(text("second")); });
      },
      options);
  RawSocket client = running.connect();
  client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_until("first"), StartsWith("HTTP/1.1 200 "));
  client.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_until("second"), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace banyan::http
