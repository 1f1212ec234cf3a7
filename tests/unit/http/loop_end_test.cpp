// SPDX-License-Identifier: Apache-2.0
// What becomes of calls that are under way when their loop ends: each is told, and nothing is left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "banyan/http/upstream.hpp"
#include "sockets.hpp"

namespace banyan::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LoopEnd : public testing::Test {
 protected:
  using Failed = UpstreamFailure::Kind;
  ~LoopEnd() override { found_.set_value(); }

  /// Looks names up till the test is over.
  LookUp slow_look_up() {
    return [found = found_.get_future().share()](
               const Endpoint&) -> std::expected<std::vector<Endpoint>, std::string> {
      found.wait();
      return std::unexpected("no such name");
    };
  }

  /// Waits until it is done.
  void on_loop(const std::function<void()>& task) {
    std::promise<void> done;
    loop().post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

  /// Ends the loop while it is busy between the two: what the second posts is dropped.
  void end_between(const std::function<void()>& first, const std::function<void()>& second) {
    std::promise<void> begun;
    loop().post([&] {
      first();
      begun.set_value();
      while (takes_tasks()) std::this_thread::yield();
      second();
    });
    begun.get_future().wait();
    loops_.reset();
  }

  /// A call that only its own callback holds on to, as those of health checks.
  std::shared_ptr<UpstreamExchange> begin(const Endpoint& endpoint) {
    auto exchange =
        upstreams_->start(loop(), endpoint, {.framing = Framing::none()}, [](HeadWriter& head) {
          head.request_line("GET", "/");
          head.add("Host", "a");
        });
    begun_.push_back(exchange);
    exchange->read_head([this, exchange](const auto& head) {
      if (!head) failed_.push_back(head.error().kind);
      if (auto next = std::exchange(when_told_, nullptr)) next();
    });
    return exchange;
  }

  bool takes_tasks() {
    auto posted = std::make_shared<int>();
    const std::weak_ptr<int> kept = posted;
    loop().post([posted = std::move(posted)] {});
    return !kept.expired();
  }

  Loop& loop() { return *loop_; }
  std::ptrdiff_t left() const {
    return std::ranges::count_if(begun_, [](const auto& each) { return !each.expired(); });
  }

  const Endpoint nobody_{"unix:/nobody/is/here.sock", 0};
  const Endpoint slow_name_{"shop.internal", 80};
  std::promise<void> found_;
  std::vector<std::weak_ptr<UpstreamExchange>> begun_;
  std::vector<Failed> failed_;
  std::function<void()> when_told_;  ///< the first of them
  std::optional<Upstreams> upstreams_{std::in_place, UpstreamOptions{.look_up = slow_look_up()}};
  std::optional<Loops> loops_{std::in_place, std::size_t{1}};
  Loop* const loop_ = &loops_->at(0);
};

TEST_F(LoopEnd, TellsACallThatHasJustFailed) {
  std::shared_ptr<UpstreamExchange> exchange;
  end_between([&] { exchange = begin(slow_name_); },
              [&] {
                exchange->cancel();  // which is told by a task
                exchange = nullptr;
              });
  EXPECT_THAT(failed_, ElementsAre(Failed::Cancelled));
  EXPECT_EQ(left(), 0);
}

TEST_F(LoopEnd, TellsACallThatIsRefusedMeanwhile) {
  end_between([&] { begin(nobody_); }, [] {});  // a task that waits says that it is refused
  EXPECT_THAT(failed_, ElementsAre(Failed::Connect)) << "not that the loop has ended";
  EXPECT_EQ(left(), 0);
}

TEST_F(LoopEnd, TellsACallThatBeginsTooLate) {
  end_between([] {}, [&] { begin(nobody_); });
  EXPECT_THAT(failed_, ElementsAre(Failed::Cancelled));
  EXPECT_EQ(left(), 0);
}

TEST_F(LoopEnd, TellsACallWhoseNameIsLookedUpStill) {
  on_loop([this] { begin(slow_name_); });
  loops_.reset();
  EXPECT_THAT(failed_, ElementsAre(Failed::Cancelled));
  EXPECT_EQ(left(), 0);
}

TEST_F(LoopEnd, TellsACallWhoseUpstreamsAreGone) {
  on_loop([this] {
    begin(slow_name_);
    upstreams_.reset();
  });
  on_loop([] {});  // what that has posted is done
  loops_.reset();
  EXPECT_THAT(failed_, ElementsAre(Failed::Cancelled));
  EXPECT_EQ(left(), 0);
}

TEST_F(LoopEnd, TellsACallThatBeginsBecauseAnotherWasTold) {
  when_told_ = [this] { begin(slow_name_); };
  on_loop([this] { begin(slow_name_); });
  loops_.reset();
  EXPECT_THAT(failed_, ElementsAre(Failed::Cancelled, Failed::Cancelled));
  EXPECT_EQ(left(), 0);
}

TEST_F(LoopEnd, TellsTheOthersWhenACallbackThrows) {
  when_told_ = [] { throw std::runtime_error("not now"); };
  on_loop([this] {
    begin(slow_name_);
    begin(slow_name_);
  });
  loops_.reset();
  EXPECT_THAT(failed_, ElementsAre(Failed::Cancelled, Failed::Cancelled));
  EXPECT_EQ(left(), 0);
}

TEST_F(LoopEnd, DropsWhatIsToComeLaterBecauseACallWasTold) {
  when_told_ = [this] { loop().after(std::chrono::hours(1), [held = begun_.front().lock()] {}); };
  on_loop([this] { begin(slow_name_); });
  loops_.reset();
  EXPECT_THAT(failed_, ElementsAre(Failed::Cancelled));
  EXPECT_EQ(left(), 0);
}

TEST_F(LoopEnd, TellsWhoReadsACompleteAnswerOfItsEnd) {
  RawServer server([](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 204 No Content\r\n\r\n");
    socket.read_to_end();
  });
  std::promise<void> answered;
  when_told_ = [&] { answered.set_value(); };
  std::shared_ptr<UpstreamExchange> exchange;
  on_loop([&] { exchange = begin(server.endpoint()); });
  answered.get_future().wait();
  int ends = 0;
  end_between([] {},
              [&] {
                exchange->read_body([&, held = exchange](const auto& piece) {
                  if (piece && piece->last) ++ends;
                });
                exchange = nullptr;
              });
  EXPECT_EQ(ends, 1);
  EXPECT_THAT(failed_, IsEmpty());
  EXPECT_EQ(left(), 0);
}

}  // namespace
}  // namespace banyan::http
