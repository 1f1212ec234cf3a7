// SPDX-License-Identifier: Apache-2.0
#include "exporter.hpp"

#include <gtest/gtest.h>
#include <otlp.pb.h>

#include <condition_variable>
#include <mutex>

namespace banyan::tracing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A collector that does what the test says.
class ACollector {
 public:
  Exporter::Post post() {
    return [this](const http::Request& request, SteadyTime /*deadline*/,
                  const std::stop_token& given_up) { return take(request, given_up); };
  }
  /// What it answers; the last one again and again.
  void answers(std::vector<unsigned> statuses) {
    const std::lock_guard lock(mutex_);
    statuses_ = std::move(statuses);
  }
  void body(std::string text) {
    const std::lock_guard lock(mutex_);
    body_ = std::move(text);
  }
  /// It answers nothing until let_go().
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void let_go() {
    {
      const std::lock_guard lock(mutex_);
      held_ = false;
    }
    changed_.notify_all();
  }
  /// The spans of each request, once there are that many requests.
  std::vector<int> requests(std::size_t wanted) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, seconds(20), [&] { return spans_.size() >= wanted; });
    return spans_;
  }
  http::Request last() {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  std::expected<http::Response, http::ClientFailure> take(const http::Request& request,
                                                          const std::stop_token& given_up) {
    std::unique_lock lock(mutex_);
    otlp::ExportTraceServiceRequest message;
    EXPECT_TRUE(message.ParseFromString(request.body));
    spans_.push_back(message.resource_spans(0).scope_spans(0).spans_size());
    last_ = request;
    changed_.notify_all();
    if (!changed_.wait(lock, given_up, [&] { return !held_; })) {
      return std::unexpected(http::ClientFailure{.message = "given up"});
    }
    const unsigned status = statuses_.front();
    if (statuses_.size() > 1) statuses_.erase(statuses_.begin());
    if (status == 0) return std::unexpected(http::ClientFailure{.message = "nobody listens"});
    http::Response answer;
    answer.head.status = status;
    answer.body = body_;
    return answer;
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<unsigned> statuses_{200};
  std::string body_;
  bool held_ = false;
  std::vector<int> spans_;
  http::Request last_;
};

struct AnExporter : testing::Test {
  static std::shared_ptr<const FinishedTrace> trace(int spans) {
    auto made = std::make_shared<FinishedTrace>();
    made->trace_id = "0af7651916cd43dd8448eb211c80319c";
    made->sampled = true;
    for (int i = 0; i < spans; ++i) made->spans.push_back(std::make_unique<SpanRecord>());
    return made;
  }
  std::unique_ptr<Exporter> make() {
    return std::make_unique<Exporter>(options, "/v1/traces", collector.post(), random);
  }
  template <class Until>
  static Figures figures(const Exporter& exporter, Until until) {
    const auto end = std::chrono::steady_clock::now() + seconds(20);
    Figures now;
    do {
      std::this_thread::yield();
      exporter.read(now);
    } while (!until(now) && std::chrono::steady_clock::now() < end);
    return now;
  }

  ACollector collector;
  SeededRandom random{1};
  RecorderOptions options{.service = "shop",
                          .exporting = {.collector = "http://c",
                                        .batch_spans = 4,
                                        .queue_spans = 8,
                                        .interval = milliseconds(1),
                                        .first_backoff = milliseconds(1),
                                        .longest_backoff = milliseconds(4),
                                        .attempts = 3}};
};

TEST_F(AnExporter, SendsWhatItIsGivenInBatches) {
  options.exporting.interval = seconds(60);  // so only a full batch goes
  const auto exporter = make();
  exporter->add(trace(2));
  exporter->add(trace(2));
  EXPECT_EQ(collector.requests(1), std::vector<int>{4});
  EXPECT_EQ(figures(*exporter, [](const Figures& f) { return f.exported > 0; }).exported, 4U);
  EXPECT_EQ(collector.last().head.method, "POST");
  EXPECT_EQ(collector.last().head.target, "/v1/traces");
  EXPECT_EQ(collector.last().head.fields.find("Content-Type"), "application/x-protobuf");
}

TEST_F(AnExporter, SendsALoneSpanAfterAnInterval) {
  const auto exporter = make();
  exporter->add(trace(1));
  EXPECT_EQ(collector.requests(1), std::vector<int>{1});
}

TEST_F(AnExporter, NeverWaitsForTheCollectorAndDropsWhatFindsNoRoom) {
  collector.hold();
  const auto exporter = make();
  exporter->add(trace(4));
  (void)collector.requests(1);  // which is held
  exporter->add(trace(8));
  exporter->add(trace(3));
  Figures now;
  exporter->read(now);
  EXPECT_EQ(now.export_queued, 8U);
  EXPECT_EQ(now.export_dropped, 3U);
  collector.let_go();
}

TEST_F(AnExporter, TriesAgainWhatMayStillBeTaken) {
  collector.answers({0, 503, 200});
  std::mutex mutex;
  std::vector<std::string> told;
  options.exporting.on_change = [&](const std::string& problem) {
    const std::lock_guard lock(mutex);
    told.push_back(problem);
  };
  const auto exporter = make();
  exporter->add(trace(1));
  const Figures now = figures(*exporter, [](const Figures& f) { return f.exported > 0; });
  EXPECT_EQ(collector.requests(3).size(), 3U);
  EXPECT_EQ(now.exported, 1U);
  EXPECT_EQ(now.export_dropped, 0U);
  const std::lock_guard lock(mutex);
  EXPECT_TRUE(told.empty()) << "it worked in the end";
}

TEST_F(AnExporter, GivesABatchUpAfterSoManyAttemptsAndSaysWhy) {
  collector.answers({0});
  std::atomic<int> told = 0;
  options.exporting.on_change = [&](const std::string& problem) {
    told += problem.empty() ? 0 : 1;
  };
  const auto exporter = make();
  exporter->add(trace(2));
  const Figures now = figures(*exporter, [](const Figures& f) { return f.export_dropped > 0; });
  EXPECT_EQ(collector.requests(3).size(), 3U);
  EXPECT_EQ(now.export_dropped, 2U);
  EXPECT_EQ(now.export_problem, "nobody listens");
  exporter->add(trace(1));
  (void)figures(*exporter, [](const Figures& f) { return f.export_dropped > 2; });
  EXPECT_EQ(told, 1) << "once, until it works again";
}

TEST_F(AnExporter, DoesNotRepeatWhatTheCollectorRefuses) {
  collector.answers({400});
  const auto exporter = make();
  exporter->add(trace(2));
  const Figures now = figures(*exporter, [](const Figures& f) { return f.export_dropped > 0; });
  EXPECT_EQ(collector.requests(1).size(), 1U);
  EXPECT_EQ(now.export_problem, "http://c answered 400");
}

TEST_F(AnExporter, SendsInPartsWhatTheCollectorFindsTooLarge) {
  collector.answers({413, 200});
  options.exporting.interval = seconds(60);  // so only a full batch goes
  const auto exporter = make();
  for (int i = 0; i < 4; ++i) exporter->add(trace(1));
  EXPECT_EQ(collector.requests(3), (std::vector<int>{4, 2, 2}));
  EXPECT_EQ(figures(*exporter, [](const Figures& f) { return f.exported == 4; }).exported, 4U);
}

TEST_F(AnExporter, GivesUpATraceThatIsTooLargeByItself) {
  collector.answers({413});
  const auto exporter = make();
  exporter->add(trace(4));
  const Figures now = figures(*exporter, [](const Figures& f) { return f.export_dropped > 0; });
  EXPECT_EQ(collector.requests(1).size(), 1U);
  EXPECT_EQ(now.export_problem, "http://c answered 413");
}

TEST_F(AnExporter, CountsWhatTheCollectorTookOnlyInPart) {
  otlp::ExportTraceServiceResponse partly;
  partly.mutable_partial_success()->set_rejected_spans(1);
  collector.body(partly.SerializeAsString());
  const auto exporter = make();
  exporter->add(trace(3));
  const Figures now = figures(*exporter, [](const Figures& f) { return f.exported > 0; });
  EXPECT_EQ(now.exported, 2U);
  EXPECT_EQ(now.export_refused, 1U);
}

TEST_F(AnExporter, SendsWhatWaitsBeforeItEnds) {
  options.exporting.interval = seconds(60);
  auto exporter = make();
  exporter->add(trace(3));
  exporter->add(trace(3));
  exporter.reset();
  EXPECT_EQ(collector.requests(2), (std::vector<int>{3, 3}));
}

TEST_F(AnExporter, BreaksOffWhatIsUnderWayWhenItsTimeIsOver) {
  collector.hold();
  options.exporting.flush_time = milliseconds(1);
  auto exporter = make();
  exporter->add(trace(3));
  (void)collector.requests(1);
  exporter->add(trace(3));
  exporter->stop();  // which the collector does not hold up
  Figures now;
  exporter->read(now);
  EXPECT_EQ(now.export_dropped, 6U);
}

TEST_F(AnExporter, DoesNotWaitLongForADeafCollectorAtTheEnd) {
  collector.answers({0});
  options.exporting.flush_time = milliseconds(20);
  options.exporting.first_backoff = options.exporting.longest_backoff = seconds(60);
  auto exporter = make();
  exporter->add(trace(3));
  (void)collector.requests(1);
  exporter->add(trace(3));
  exporter->stop();
  Figures now;
  exporter->read(now);
  EXPECT_EQ(now.export_dropped, 6U);
  EXPECT_EQ(now.export_queued, 0U);
}

}  // namespace
}  // namespace banyan::tracing
