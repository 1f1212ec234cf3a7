// SPDX-License-Identifier: Apache-2.0
// Answers that came whole, to clients that do not take them.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "relay_fixture.hpp"

namespace banyan::strangler {
namespace {

using namespace std::chrono_literals;
using test::Peer;

constexpr std::size_t kSmall = 8192;
/// Whose answers are more than sockets hold.
constexpr int kRequests = 6'000;

class ASmallAnswer : public RelayTest {
 protected:
  static void ask(Peer& client) {
    std::string requests;
    for (int i = 0; i < kRequests; ++i) requests += "GET / HTTP/1.1\r\nHost: shop\r\n\r\n";
    client.send(requests);
  }
  void answer(Peer& upstream) const {
    upstream.read_head();
    upstream.send(answer_);
  }
  /// Answers what the client has asked until one of the answers does not go through.
  Outcome first_that_is_not_taken(Peer& client) {
    ask(client);
    Peer upstream = upstream_.accept();
    for (int i = 0; i < kRequests; ++i) {
      answer(upstream);
      Outcome outcome = this->outcome();
      if (outcome.failure != ForwardFailure::None) return outcome;
    }
    ADD_FAILURE() << "sockets hold more than this test says";
    return {};
  }

  const std::string body_ = std::string(kSmall, 'x');
  std::string answer_ =
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kSmall) + "\r\n\r\n" + body_;
};

TEST_F(ASmallAnswer, ThatNobodyTakesIsCutAtTheDeadlineAndNotCountedAsServed) {
  serve();
  application_->budget = 1s;
  Peer client = this->client();
  const Outcome outcome = first_that_is_not_taken(client);
  EXPECT_EQ(outcome.failure, ForwardFailure::ClientGone);
  EXPECT_EQ(outcome.answer_bytes, 0U);
  EXPECT_GE(outcome.took, 1s);
  EXPECT_TRUE(client.read_to_end().reset);
  EXPECT_TRUE(group().healthy());
}

TEST_F(ASmallAnswer, ThatNobodyTakesIsCutWhenTheClientHasTakenNothingForTooLong) {
  write_time_ = 200ms;
  serve();
  Peer client = this->client();
  const Outcome outcome = first_that_is_not_taken(client);
  EXPECT_EQ(outcome.failure, ForwardFailure::ClientGone);
  EXPECT_EQ(outcome.answer_bytes, 0U);
  EXPECT_TRUE(client.read_to_end().reset);
}

TEST_F(ASmallAnswer, WithoutABodyIsNoOther) {
  answer_ = "HTTP/1.1 304 Not Modified\r\nX-Long: " + std::string(kSmall, 'x') + "\r\n\r\n";
  serve();
  application_->budget = 1s;
  Peer client = this->client();
  const Outcome outcome = first_that_is_not_taken(client);
  EXPECT_EQ(outcome.failure, ForwardFailure::ClientGone);
  EXPECT_TRUE(client.read_to_end().reset);
}

TEST_F(ASmallAnswer, ThatNobodyTakesHoldsNoPlaceAtTheInstance) {
  rules_.max_requests = 1;
  serve();
  Peer client = this->client();
  ask(client);
  Peer upstream = upstream_.accept();
  while (true) {
    answer(upstream);
    if (!application_->outcome_within(300ms)) break;
  }
  Peer another = this->client();
  another.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
  answer(upstream);
  EXPECT_EQ(test::read_answer(another).status, 200U);
}

TEST_F(ASmallAnswer, ThatIsTakenLateIsServedInTheEnd) {
  serve();
  Peer client = this->client();
  ask(client);
  Peer upstream = upstream_.accept();
  std::size_t answered = 0;
  // Until one waits for the client.
  for (bool waits = false; !waits; ++answered) {
    answer(upstream);
    waits = !application_->outcome_within(300ms).has_value();
  }
  for (std::size_t i = 0; i < answered; ++i) EXPECT_EQ(test::read_answer(client).body, body_);
  const Outcome last = outcome();
  EXPECT_EQ(last.failure, ForwardFailure::None);
  EXPECT_EQ(last.answer_bytes, kSmall);
}

}  // namespace
}  // namespace banyan::strangler
