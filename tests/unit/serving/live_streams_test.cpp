// SPDX-License-Identifier: Apache-2.0
#include "live_streams.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "banyan/http/server.hpp"
#include "banyan/kernel/executor.hpp"
#include "sockets.hpp"
#include "support/becomes_true.hpp"

namespace banyan::serving {
namespace {

using namespace std::chrono_literals;
using test::becomes_true;
using test::Peer;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kAsk = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST(AnEvent, HasEachLineOfItsTextForItself) {
  std::string text;
  append_event(text, "live", "{\n \"a\": 1\n}\n");
  EXPECT_EQ(text, "event: live\ndata: {\ndata:  \"a\": 1\ndata: }\n\n");
}

/// Streams of two documents: one that changes each time, and one that never does.
class LiveStreamsTest : public testing::Test, public http::Application {
 protected:
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    if (streams_->watch(exchange, "c-1")) return;
    http::Response full;
    full.head.status = 503;
    exchange->respond(std::move(full));
  }

  void serve(std::size_t most = 16, std::chrono::milliseconds patience = 10s,
             std::string filling = {}) {
    streams_ = std::make_unique<LiveStreams>(LiveStreams::Parts{
        .feeds =
            {{"live", 1ms,
              [this, filling = std::move(filling)] { return std::to_string(++made_) + filling; }},
             {"plans", 1ms, [] { return std::string("[]"); }},
             {"none", 1ms, []() -> std::optional<std::string> { return std::nullopt; }},
             {"broken", 1ms,
              []() -> std::optional<std::string> { throw std::runtime_error("disk I/O error"); }}},
        .workers = *workers_,
        .clock = system_clock(),
        .on_fault = [this](std::string_view) { ++faults_; },
        .most = most,
        .interval = 10ms,
        .patience = patience});
    http::ServerOptions options;
    options.loops = 1;
    server_ = std::make_unique<http::Server>(std::move(options), *this);
    server_->start();
  }

  Peer watch() const {
    Peer page = Peer::connect(server_->port());
    page.send(kAsk);
    return page;
  }

  std::atomic<int> made_ = 0;
  std::atomic<int> faults_ = 0;
  std::unique_ptr<LiveStreams> streams_;
  std::unique_ptr<Executor> workers_ = make_worker_pool(2, 64);
  std::unique_ptr<http::Server> server_;
};

TEST_F(LiveStreamsTest, SendWhatHasChangedAndWhatIsTheSameOnlyOnce) {
  serve();
  Peer page = watch();
  const std::string got = page.read_until("data: 4\n");
  EXPECT_THAT(got, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(got, HasSubstr("Cache-Control: no-store"));
  EXPECT_THAT(got, HasSubstr(R"(event: hello
data: {"feeds":["live","plans","none","broken"]})"));
  EXPECT_THAT(got, HasSubstr("event: live\ndata: 1\n"));
  const std::size_t first = got.find("event: plans");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(got.find("event: plans", first + 1), std::string::npos);
  EXPECT_THAT(got, Not(HasSubstr("event: none")));
  EXPECT_THAT(got, Not(HasSubstr("event: broken")));
  EXPECT_GT(faults_, 0);
}

TEST_F(LiveStreamsTest, MakeNothingWhileNobodyWatches) {
  serve();
  {
    Peer page = watch();
    page.read_until("data: 1\n");
  }
  ASSERT_TRUE(becomes_true([&] { return streams_->watching() == 0; }));
  // A round that was under way may end.
  ASSERT_TRUE(becomes_true([&] {
    const int before = made_;
    std::this_thread::sleep_for(60ms);
    return made_ == before;
  }));
}

TEST_F(LiveStreamsTest, AreNoMoreThanThereIsRoomFor) {
  serve(2);
  Peer first = watch();
  first.read_until("event: live");
  {
    Peer second = watch();
    second.read_until("event: live");
    Peer third = watch();
    EXPECT_THAT(third.read_until("\r\n\r\n"), HasSubstr("HTTP/1.1 503"));
  }
  ASSERT_TRUE(becomes_true([&] { return streams_->watching() == 1; })) << "one has gone";
  Peer fourth = watch();
  EXPECT_THAT(fourth.read_until("event: live"), HasSubstr("HTTP/1.1 200"));
}

TEST_F(LiveStreamsTest, AreCutWhenTheirReaderTakesNothing) {
  serve(16, 100ms, std::string(32 << 20, 'x'));
  const Peer sleeper = watch();
  ASSERT_TRUE(becomes_true([&] { return streams_->watching() == 1; }));
  EXPECT_TRUE(becomes_true([&] { return streams_->watching() == 0; }));
}

TEST_F(LiveStreamsTest, AreCutWhenTheirReaderTakesNothingAlsoWhileTheyEnd) {
  serve(16, 2s, std::string(32 << 20, 'x'));
  const Peer sleeper = watch();
  ASSERT_TRUE(becomes_true([&] { return made_ >= 2; })) << "the first is being written";
  streams_->end();
  EXPECT_TRUE(becomes_true([&] { return streams_->watching() == 0; }));
}

TEST_F(LiveStreamsTest, EndWholeSoThatTheProcessCan) {
  serve();
  Peer page = watch();
  page.read_until("event: live");
  streams_->end();
  EXPECT_THAT(page.read_until("0\r\n\r\n"), HasSubstr("event: end\ndata: {}\n\n"));
  EXPECT_TRUE(becomes_true([&] { return streams_->watching() == 0; }));
  Peer late = watch();
  EXPECT_THAT(late.read_until("\r\n\r\n"), HasSubstr("HTTP/1.1 503"));
}

TEST_F(LiveStreamsTest, AreOpenedAgainAfterTheyWereCutOff) {
  serve();
  Peer page = watch();
  page.read_until("event: live");
  streams_->cut_off();
  page.read_until("0\r\n\r\n");
  Peer other = watch();
  EXPECT_THAT(other.read_until("event: live"), HasSubstr("HTTP/1.1 200"));
}

}  // namespace
}  // namespace banyan::serving
