// SPDX-License-Identifier: Apache-2.0
#include "banyan/comparison/collector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "answers.hpp"
#include "banyan/kernel/random.hpp"

namespace banyan::strangler {
namespace {

using testing::HasSubstr;
using testing::Not;

class Collecting : public testing::Test {
 protected:
  bool pair(std::string_view old_body, std::string_view new_body, PairOf pair = PairOf::OldNew,
            std::string_view operation = "catalog.get_album") {
    const OperationRules rules = compared_.rules();
    const http::ResponseHead head = json_head();
    const Answer old_answer{head, old_body};
    const Answer new_answer{head, new_body};
    now_.micros += 1'000;
    const PairFound counted = collector_->add(
        operation, pair, compare(old_answer, new_answer, rules, {}, now_),
        {request_, request_body_, "corr-1", "/albums/{name}"}, old_answer, new_answer, rules, now_);
    by_ = counted.by;
    return counted.differs;
  }
  FieldReport field(std::string_view path) const {
    for (const FieldReport& each : collector_->report().fields) {
      if (each.path == path) return each;
    }
    return {};
  }
  void collect_by(CollectorRules rules) {
    collector_ = std::make_unique<ComparisonCollector>(rules, compared_.plan);
  }

  Compared compared_;
  Timestamp now_ = kToday;
  http::RequestHead request_{.method = "GET", .target = "/albums/Ada?limit=2"};
  std::string request_body_;
  std::weak_ptr<const void> by_;  ///< what the last pair was judged by
  std::unique_ptr<ComparisonCollector> collector_ = std::make_unique<ComparisonCollector>();
};

TEST_F(Collecting, CountsByOperationAndField) {
  pair(R"({"t":1})", R"({"t":1})");
  pair(R"({"t":1})", R"({ "t":1})");
  pair(R"({"t":1})", R"({"t":2})");
  pair(R"({"t":1})", R"({"t":"2"})");
  const OperationReport operation = collector_->report().operations.at(0);
  EXPECT_EQ(operation.pairs, 4U);
  EXPECT_EQ(operation.same_bytes, 1U);
  EXPECT_EQ(operation.same, 2U);
  EXPECT_EQ(operation.differing, 2U);
  EXPECT_EQ(operation.by_class[1], 4U);
  const FieldReport t = field("/t");
  EXPECT_EQ(t.old_new, 2U);
  EXPECT_EQ(t.kinds[static_cast<std::size_t>(DifferenceKind::Value)], 1U);
  EXPECT_EQ(t.kinds[static_cast<std::size_t>(DifferenceKind::Type)], 1U);
  EXPECT_EQ(t.last.micros - t.first.micros, 1'000);
}

TEST_F(Collecting, KeepsTheFirstExamplesMaskedAndWithoutCredentials) {
  request_.fields.add("Accept", "application/json");
  request_.fields.add("Accept-Language", "Klingon");
  request_.fields.add("Authorization", "Bearer secret");
  request_.fields.add("Cookie", "session=secret");
  request_.fields.add("X-Other", "secret");
  compared_.plan.request_headers = {"accept", "accept-language", "authorization", "cookie"};
  collect_by({.examples = 2});
  for (int i = 0; i < 5; ++i) pair(R"({"name":"Ada"})", R"({"name":"Bob","n":1})");
  const FieldReport name = field("/name");
  ASSERT_EQ(name.examples.size(), 2U);
  const ComparedExample& example = name.examples[0];
  EXPECT_EQ(example.request_line, "GET /albums/Aaa?limit=2");
  EXPECT_EQ(example.old_body, R"({"name":"Aaa"})");
  EXPECT_EQ(example.old_value, R"("Aaa")");
  EXPECT_FALSE(example.replayable());
  const std::string report = to_json(collector_->report());
  for (const char* word : {"secret", "Ada", "Bob", "Klingon"}) {
    EXPECT_THAT(report, Not(HasSubstr(word)));
  }
  EXPECT_THAT(report, HasSubstr("application/json"));
}

TEST_F(Collecting, KeepsNoFieldThatIsNamedSecretWhateverElseIsAskedFor) {
  request_.target = "/albums?limit=2";
  request_.fields.add("X-Ticket", "4711-secret");
  request_.fields.add("X-Auth-Token", "secret");
  compared_.plan.request_headers = {"x-ticket", "x-auth-token"};
  compared_.plan.secret_fields = {"X-TICKET"};
  collect_by({.clear = true});
  pair(R"({"name":"Ada"})", R"({"name":"Bob"})");
  const ComparedExample example = field("/name").examples.at(0);
  EXPECT_TRUE(example.request_fields.empty());
  EXPECT_FALSE(example.replayable()) << "by somebody else it is another request";
  EXPECT_THAT(to_json(collector_->report()), Not(HasSubstr("secret")));
}

TEST_F(Collecting, KeepsNoTextOfABodyThatIsNoJson) {
  pair("<p>Ada Lovelace", "<p>Bob");
  EXPECT_EQ(field("").examples.at(0).old_value, "<a>Aaa Aaaaaaaa");
  const std::string report = to_json(collector_->report());
  for (const char* word : {"Ada", "Lovelace", "Bob"}) EXPECT_THAT(report, Not(HasSubstr(word)));
}

TEST_F(Collecting, ShowsWhatIsThereOnlyWhenAskedTo) {
  request_body_ = R"({"who":"Ada"})";
  request_.fields.add("Cookie", "session=secret");
  collect_by({.clear = true});
  pair(R"({"name":"Ada"})", R"({"name":"Bob"})");
  const ComparedExample example = field("/name").examples.at(0);
  EXPECT_EQ(example.request_line, "GET /albums/Ada?limit=2");
  EXPECT_EQ(example.request_body, R"({"who":"Ada"})");
  EXPECT_EQ(example.new_value, R"("Bob")");
  EXPECT_FALSE(example.replayable())
      << "who had asked is not kept, so that it would be another request";
  EXPECT_THAT(to_json(collector_->report()), Not(HasSubstr("secret")));
}

TEST_F(Collecting, ShowsFieldsThatAreDeclaredOpen) {
  compared_.rule("/state", {.open = true});
  pair(R"({"state":"paid","name":"Ada"})", R"({"state":"placed","name":"Ada"})");
  const ComparedExample example = field("/state").examples.at(0);
  EXPECT_EQ(example.old_value, R"("paid")");
  EXPECT_EQ(example.new_body, R"({"state":"placed","name":"Aaa"})");
}

TEST_F(Collecting, SaysHowFarApartTheTwoAreOfWhichOnlyTheFormIsShown) {
  const auto far = [&](std::string_view old_value, std::string_view new_value) {
    collect_by({});
    pair(R"({"a":)" + std::string(old_value) + '}', R"({"a":)" + std::string(new_value) + '}');
    return field("/a").examples.at(0).distance;
  };
  EXPECT_EQ(far(R"("2026-11-29T12:00:00Z")", R"("2026-11-29T13:00:00Z")"), "1 h later");
  EXPECT_EQ(far(R"("2026-11-29T12:00:00Z")", R"("2026-11-29T11:59:57.5Z")"), "2.5 s earlier");
  EXPECT_EQ(far(R"("2026-11-29T12:00:00Z")", R"("2026-11-29T13:00:00+01:00")"),
            "the same time in other words");
  EXPECT_EQ(far(R"("1970-01-01T00:00:00Z")", R"("1985-03-12T07:30:00Z")"), "15 years later")
      << "whoever knows one of the two does not know the other";
  EXPECT_EQ(far(R"("Ada")", R"("Eve")"), "other characters of the same form");
  EXPECT_EQ(far(R"("Ada")", R"("Adam")"), "");
  EXPECT_EQ(far("1", "2"), "") << "both are shown";
  EXPECT_EQ(far("0", "491234567890"), "about 500000000000 more");
  collect_by({.clear = true});
  pair(R"({"a":"Ada"})", R"({"a":"Eve"})");
  EXPECT_EQ(field("/a").examples.at(0).distance, "") << "the values say it themselves";
}

TEST_F(Collecting, TakesAnExampleThatNothingWasHiddenOfForReplayable) {
  request_.target = "/albums?limit=2";
  pair(R"({"name":"Ada"})", R"({"name":"Bob"})");
  EXPECT_TRUE(field("/name").examples.at(0).replayable());
}

TEST_F(Collecting, FoldsWhatThereIsNoRoomForAndCountsIt) {
  collect_by({.operations = 2, .fields = 3, .examples = 1, .bytes = 600});
  pair(R"({"a":1,"b":1,"c":1,"d":1})", R"({"a":2,"b":2,"c":2,"d":2})");
  pair("1", "2", PairOf::OldNew, "other");
  EXPECT_TRUE(pair("1", "2", PairOf::OldNew, "third"));
  const ComparisonReport report = collector_->report();
  EXPECT_EQ(report.operations.size(), 2U);
  EXPECT_EQ(report.fields.size(), 3U);
  EXPECT_EQ(report.folded_fields, 2U);
  EXPECT_EQ(report.folded_operations, 1U);
  EXPECT_GT(report.dropped_examples, 0U);
  EXPECT_EQ(nlohmann::json::parse(to_json(report))["folded"]["fields"], 2);
}

TEST_F(Collecting, StaysWithinItsBoundsWhateverKeysThereAre) {
  collect_by({.fields = 100, .bytes = 64 * 1024});
  SeededRandom random(3);
  for (int i = 0; i < 3'000; ++i) {
    std::string key;
    for (int c = 0; c < 6; ++c) key += static_cast<char>('a' + random.next() % 26);
    pair("{\"by\":{\"" + key + "\":{\"x\":1}}}", "{\"by\":{\"" + key + "\":{\"x\":2}}}");
  }
  const ComparisonReport report = collector_->report();
  EXPECT_LE(report.fields.size(), 52U);
  EXPECT_EQ(report.folded_fields, 0U);
  EXPECT_GT(field("/by/*/x").old_new, 2'900U);
  EXPECT_LT(report.bytes, 512U * 1024);
}

// Five kinds of noise in every answer, a thousand pairs of each kind: nothing is called a
// difference. Then the new side is wrong in one of a hundred answers.
TEST_F(Collecting, TellsNoiseFromDifferences) {
  SeededRandom random(11);
  const auto answer = [&](bool wrong) {
    const auto some = [&](std::uint64_t bound) { return std::to_string(random.next() % bound); };
    const std::string second = some(50);
    return R"({"at":"2026-11-29T12:00:)" + std::string(second.size() < 2 ? "0" : "") + second +
           R"(Z","etag":")" + some(1'000'000'000) + R"(","took":)" + some(100) + R"(,"flag":)" +
           (random.next() % 3 == 0 ? "true" : "false") + R"(,"node":"n)" + some(9) +
           R"(","price":)" + (wrong ? "2" : "1") + '}';
  };
  for (int i = 0; i < 4'000; ++i) {
    pair(answer(false), answer(false), PairOf::OldOld);
    pair(answer(false), answer(false));
  }
  for (const FieldReport& each : collector_->report().fields) {
    EXPECT_NE(each.opinion, Opinion::Difference) << each.path << ' ' << each.confidence;
  }
  for (int i = 0; i < 12'500; ++i) {
    pair(answer(false), answer(false), PairOf::OldOld);
    pair(answer(false), answer(i % 100 == 0));
  }
  const FieldReport price = field("/price");
  EXPECT_EQ(price.opinion, Opinion::Difference);
  EXPECT_GT(price.confidence, 0.999);
  for (const char* noisy : {"/at", "/etag", "/took", "/flag", "/node"}) {
    EXPECT_NE(field(noisy).opinion, Opinion::Difference) << noisy;
  }
}

TEST_F(Collecting, DoesNotCountAPairThatDiffersInNoiseOnly) {
  for (int i = 0; i < 100; ++i) {
    pair("{\"t\":" + std::to_string(i) + '}', "{\"t\":" + std::to_string(i + 1) + '}',
         PairOf::OldOld);
  }
  EXPECT_FALSE(pair(R"({"t":1})", R"({"t":2})"));
  EXPECT_TRUE(pair(R"({"t":1,"u":1})", R"({"t":2,"u":2})"));
  EXPECT_EQ(collector_->report().operations.at(0).noise, 1U);
}

// Until the old side was asked a second time every undeclared time is a difference.
TEST_F(Collecting, LetsGoOfWhatPairsWereJudgedByWhenItTurnsOutToBeNoise) {
  EXPECT_TRUE(pair(R"({"t":1})", R"({"t":2})"));
  const auto first = by_;
  pair(R"({"t":1})", R"({"t":1})");
  EXPECT_FALSE(first.expired()) << "nothing was found out";
  pair(R"({"t":1})", R"({"t":3})", PairOf::OldOld);
  EXPECT_TRUE(first.expired()) << "the old side differs in it by itself";
  EXPECT_FALSE(pair(R"({"t":1})", R"({"t":2})"));
  const auto second = by_;
  pair(R"({"t":1,"u":1})", R"({"t":3,"u":2})", PairOf::OldOld);
  EXPECT_FALSE(second.expired()) << "no pair was held against the new side for that";
  EXPECT_TRUE(pair(R"({"v":1})", R"({"v":2})")) << "what differs is told all the same";
  pair(R"({"t":1})", R"({"t":2})", PairOf::OldNew, "other");
  EXPECT_TRUE(by_.lock() != second.lock()) << "each operation for itself";
}

TEST_F(Collecting, NeverTakesADeclaredFieldForNoise) {
  compared_.rule("/t", {.as = CompareAs::Number, .within = 1});
  for (int i = 0; i < 200; ++i) pair(R"({"t":1})", R"({"t":9})", PairOf::OldOld);
  EXPECT_TRUE(pair(R"({"t":1})", R"({"t":9})"));
  EXPECT_EQ(field("/t").opinion, Opinion::Difference);
}

TEST_F(Collecting, MayBeFedByManyAtATime) {
  const OperationRules rules = compared_.rules();
  const http::ResponseHead head = json_head();
  const Answer one{head, R"({"t":1})"};
  const Answer two{head, R"({"t":2})"};
  const Comparison different = compare(one, two, rules, {}, kToday);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        collector_->add("op", PairOf::OldNew, different, {request_, "", ""}, one, two, rules,
                        kToday);
        if (i % 100 == 0) (void)collector_->report();
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(collector_->report().operations.at(0).differing, 2'000U);
}

}  // namespace
}  // namespace banyan::strangler
