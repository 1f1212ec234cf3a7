// SPDX-License-Identifier: Apache-2.0
#include "banyan/tracing/recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace banyan::tracing {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

/// Takes calls and never reads.
class ADeafSocket {
 public:
  ADeafSocket() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(descriptor_, any, size), 0);
    EXPECT_EQ(::listen(descriptor_, 8), 0);
    EXPECT_EQ(::getsockname(descriptor_, any, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~ADeafSocket() { ::close(descriptor_); }
  ADeafSocket(const ADeafSocket&) = delete;
  ADeafSocket& operator=(const ADeafSocket&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void await_call() const {
    pollfd waiting{descriptor_, POLLIN, 0};
    EXPECT_EQ(::poll(&waiting, 1, 20'000), 1);
  }

 private:
  int descriptor_;
  std::uint16_t port_ = 0;
};

struct TheRecorder : testing::Test {
  std::unique_ptr<Recorder> make(RecorderOptions options = {}) {
    return Recorder::make(options, clock, random).value();
  }
  /// A collector that nobody is, and that is not waited for.
  static ExportOptions nowhere() {
    return {.collector = "http://127.0.0.1:1", .flush_time = milliseconds(0)};
  }
  /// A trace of two spans.
  void trace(Recorder& recorder, std::string_view name, milliseconds took, bool fails = false,
             bool stumbles = false) {
    Span root = recorder.begin({.kind = SpanKind::Server, .name = name});
    Span child = root.child(SpanKind::Internal, "inside");
    clock.advance(took);
    if (stumbles) child.fail("it did not work at first");
    child.finish();
    if (fails) root.fail("it did not work");
  }
  static std::vector<std::string> kept(const Recorder& recorder) {
    std::vector<std::string> lines;
    for (const auto& each : recorder.kept()) {
      lines.push_back(each.operation + ' ' + std::string(to_string(each.reason)) + ' ' +
                      std::to_string(each.trace->spans.size()));
    }
    return lines;
  }

  ManualClock clock;
  SeededRandom random{3};
};

TEST_F(TheRecorder, KeepsTheSlowTheFailedAndThoseThatRecovered) {
  const auto recorder = make({.slow = milliseconds(100)});
  trace(*recorder, "fast", milliseconds(99));
  trace(*recorder, "slow", milliseconds(100));
  trace(*recorder, "failed", milliseconds(1), true);
  trace(*recorder, "recovered", milliseconds(1), false, true);
  EXPECT_THAT(kept(*recorder),
              ElementsAre("failed failed 2", "recovered recovered 2", "slow slow 2"));
  EXPECT_EQ(recorder->figures().traces, 4U);
  EXPECT_EQ(recorder->figures().kept, 3U);
  EXPECT_EQ(recorder->figures().sampled, 0U);
}

TEST_F(TheRecorder, KeepsTheLastOfEachOperationOnly) {
  const auto recorder = make({.slow = milliseconds(1), .keep = 2});
  for (int i = 1; i <= 5; ++i) trace(*recorder, "a", milliseconds(i));
  const auto all = recorder->kept();
  ASSERT_EQ(all.size(), 2U);
  const auto took = [](const Recorder::KeptTrace& each) {
    return each.trace->root().finished - each.trace->root().started;
  };
  EXPECT_EQ(took(all[0]), milliseconds(5));
  EXPECT_EQ(took(all[1]), milliseconds(4));
}

TEST_F(TheRecorder, GivesAllOperationsBeyondItsMeasureOnePlace) {
  const auto recorder = make({.slow = milliseconds(0), .keep = 1, .most_operations = 2});
  for (int i = 0; i < 100; ++i) trace(*recorder, "made up " + std::to_string(i), milliseconds(0));
  EXPECT_EQ(recorder->kept().size(), 3U);
}

TEST_F(TheRecorder, DropsAndCountsSpansBeyondItsMeasure) {
  const auto recorder = make({.slow = milliseconds(0), .most_spans = 3});
  {
    const Span root = recorder->begin({.name = "a"});
    for (int i = 0; i < 10; ++i) root.child(SpanKind::Internal, "inside").finish();
  }
  EXPECT_THAT(kept(*recorder), ElementsAre("a slow 4"));
  EXPECT_EQ(recorder->kept().at(0).trace->dropped_spans, 7U);
  EXPECT_EQ(recorder->figures().spans_dropped, 7U);
}

TEST_F(TheRecorder, FollowsTheFlagOfTheParent) {
  const auto recorder = make({.ratio = 1, .keep = 0, .exporting = nowhere()});
  TraceContext parent = TraceContext::make(random);
  parent.sampled = false;
  EXPECT_FALSE(recorder->begin({.parent = &parent, .name = "a"}).recording());
  parent.sampled = true;
  const Span span = recorder->begin({.parent = &parent, .name = "a"});
  EXPECT_TRUE(span.sampled());
  EXPECT_EQ(span.trace_id(), parent.trace_id);
}

TEST_F(TheRecorder, SamplesItsShareOfTheTracesThatBeginHere) {
  const auto recorder = make({.ratio = 0.25, .keep = 0, .exporting = nowhere()});
  EXPECT_TRUE(recorder->samples_new());
  int sampled = 0;
  for (int i = 0; i < 4'000; ++i) {
    const std::string id = TraceContext::make(random).trace_id;
    const bool recorded = recorder->begin({.trace_id = id, .name = "a"}).recording();
    EXPECT_EQ(recorded, recorder->samples(nullptr, id));
    sampled += recorded ? 1 : 0;
  }
  EXPECT_NEAR(sampled, 1'000, 120);
}

TEST_F(TheRecorder, ClaimsToExportNothingWithoutACollector) {
  const auto recorder = make({.ratio = 1});
  EXPECT_FALSE(recorder->samples_new());
  TraceContext parent = TraceContext::make(random);
  parent.sampled = true;
  EXPECT_FALSE(recorder->samples(&parent, {}));
  const Span served = recorder->begin({.parent = &parent, .name = "a"});
  EXPECT_TRUE(served.recording()) << "for the page";
  EXPECT_FALSE(served.sampled());
  EXPECT_FALSE(recorder->begin({.name = "a"}).sampled());
  EXPECT_EQ(recorder->figures().sampled, 0U);
}

TEST_F(TheRecorder, AsksForNoIdWhereNoTraceThatBeginsHereIsExported) {
  EXPECT_FALSE(make({.ratio = 0, .exporting = nowhere()})->samples_new());
}

TEST_F(TheRecorder, ComesToTheSameDecisionAfterwards) {
  const auto recorder = make({.ratio = 0.5, .exporting = nowhere()});
  for (int i = 0; i < 100; ++i) {
    const std::string id = TraceContext::make(random).trace_id;
    const Span late = recorder->begin_at({.trace_id = id, .name = "a"}, clock.steady());
    EXPECT_EQ(late.trace_id(), id);
    EXPECT_EQ(late.sampled(), recorder->samples(nullptr, id));
  }
}

TEST_F(TheRecorder, JudgesByWhenTheAnswerBeganWhereThatIsKnown) {
  const auto recorder = make({.slow = milliseconds(100)});
  {
    Span stream = recorder->begin({.name = "stream"});
    stream.answer_began(clock.steady() + milliseconds(99));
    clock.advance(std::chrono::hours(1));
  }
  EXPECT_THAT(kept(*recorder), ElementsAre());
  {
    Span slow = recorder->begin({.name = "slow"});
    slow.answer_began(clock.steady() + milliseconds(100));
    clock.advance(std::chrono::hours(1));
  }
  EXPECT_THAT(kept(*recorder), ElementsAre("slow slow 1"));
}

TEST_F(TheRecorder, HasOneBudgetForAllThatItKeepsAndTheOldestGo) {
  const auto recorder = make({.slow = milliseconds(0), .most_operations = 3, .most_kept_spans = 6});
  for (const char* name : {"a", "b", "b", "c"}) trace(*recorder, name, milliseconds(0));
  EXPECT_THAT(kept(*recorder), ElementsAre("b slow 2", "b slow 2", "c slow 2"));
  trace(*recorder, "d", milliseconds(0));
  EXPECT_THAT(kept(*recorder), ElementsAre("b slow 2", "c slow 2", "d slow 2"))
      << "what is gone leaves its place to another operation";
}

TEST_F(TheRecorder, KeepsOfAStateWhatHasRoomAndSaysItAllToOthers) {
  const auto recorder = make({.slow = milliseconds(0), .keep = 2});
  TraceContext parent = TraceContext::make(random);
  parent.state = "first=" + std::string(500, 'x') + ",second=" + std::string(500, 'y');
  {
    const Span span = recorder->begin({.parent = &parent, .name = "a"});
    EXPECT_EQ(span.tracestate(), parent.state);
  }
  EXPECT_EQ(recorder->kept().at(0).trace->state, parent.state.substr(0, 506));
  parent.state = "first=" + std::string(600, 'x');
  recorder->begin({.parent = &parent, .name = "a"}).finish();
  EXPECT_EQ(recorder->kept().at(0).trace->state, "");
}

TEST_F(TheRecorder, IsNotHeldUpAtTheEndByACollectorThatTakesCallsAndSaysNothing) {
  const ADeafSocket collector;
  auto recorder = make({.ratio = 1,
                        .exporting = {.collector = collector.url(),
                                      .interval = milliseconds(0),
                                      .timeout = std::chrono::hours(1),
                                      .flush_time = milliseconds(20)}});
  recorder->begin({.name = "a"}).finish();
  collector.await_call();
  recorder.reset();  // or the test takes an hour
}

TEST_F(TheRecorder, RecordsNothingThatNobodyWouldSee) {
  const auto recorder = make({.ratio = 0, .keep = 0});
  EXPECT_FALSE(recorder->begin({.name = "a"}).recording());
  EXPECT_FALSE(recorder->keeps(std::chrono::hours(1), true));
  EXPECT_EQ(recorder->figures().traces, 0U);
}

TEST_F(TheRecorder, TakesTracesAfterwardsFromWhoOnlyLooksAtTheirEnd) {
  const auto recorder = make({.slow = milliseconds(100)});
  EXPECT_FALSE(recorder->keeps(milliseconds(99), false));
  EXPECT_TRUE(recorder->keeps(milliseconds(100), false));
  EXPECT_TRUE(recorder->keeps(milliseconds(1), true));
  const SteadyTime began = clock.steady();
  clock.advance(milliseconds(300));
  Span root = recorder->begin_at({.name = "a"}, began);
  Span child = root.child(SpanKind::Client, "ask", began + milliseconds(50));
  child.finish(began + milliseconds(200));
  root.finish(began + milliseconds(250));
  ASSERT_THAT(kept(*recorder), ElementsAre("a slow 2"));
  const FinishedTrace& trace = *recorder->kept().at(0).trace;
  EXPECT_EQ(trace.root().finished - trace.root().started, milliseconds(250));
  EXPECT_EQ(trace.spans.at(0)->started - trace.root().started, milliseconds(50));
}

TEST_F(TheRecorder, IsOutlivedByWhatItRecords) {
  auto recorder = make({.slow = milliseconds(0)});
  Span root = recorder->begin({.name = "a"});
  recorder.reset();
  root.child(SpanKind::Internal, "inside").finish();
  root.finish();
}

TEST_F(TheRecorder, ShowsWhatItKeepsAsJson) {
  const auto recorder = make({.slow = milliseconds(5)});
  {
    Span root = recorder->begin({.kind = SpanKind::Server, .name = "GET /orders"});
    root.set("url.path", "/orders").set("n", 3).set("broken", "\xFF");
    clock.advance(milliseconds(2));
    Span child = root.child(SpanKind::Client, "ask");
    child.event("begun");
    clock.advance(milliseconds(4));
    child.fail("no answer");
  }
  const auto json = nlohmann::json::parse(traces_json(*recorder));
  EXPECT_EQ(json["slow_ms"], 5);
  EXPECT_EQ(json["figures"]["kept"], 1);
  const auto& trace = json["traces"].at(0);
  EXPECT_EQ(trace["operation"], "GET /orders");
  EXPECT_EQ(trace["reason"], "slow");
  EXPECT_EQ(trace["started"], to_string(Timestamp{clock.now().micros - 6'000}));
  EXPECT_EQ(trace["took_us"], 6'000);
  const auto& spans = trace["spans"];
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[0]["kind"], "server");
  EXPECT_EQ(spans[0]["attributes"]["n"], 3);
  EXPECT_EQ(spans[1]["parent"], spans[0]["id"]);
  EXPECT_EQ(spans[1]["start_us"], 2'000);
  EXPECT_EQ(spans[1]["took_us"], 4'000);
  EXPECT_EQ(spans[1]["status"], "error");
  EXPECT_EQ(spans[1]["message"], "no answer");
  EXPECT_EQ(spans[1]["events"].at(0)["name"], "begun");
}

}  // namespace
}  // namespace banyan::tracing
