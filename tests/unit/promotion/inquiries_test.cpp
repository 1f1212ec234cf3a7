// SPDX-License-Identifier: Apache-2.0
#include "inquiries.hpp"

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace banyan::strangler {
namespace {

using testing::HasSubstr;

/// Does what it has when the test says so.
class Later final : public Executor {
 public:
  bool submit(Task task) override {
    if (full) return false;
    tasks_.push_back(std::move(task));
    return true;
  }
  void run() {
    for (Task& each : std::exchange(tasks_, {})) each();
  }
  std::size_t waiting() const { return tasks_.size(); }
  bool full = false;

 private:
  std::vector<Task> tasks_;
};

class TheInquiries : public testing::Test {
 protected:
  ManualClock clock_;
  Later later_;
  int asked_ = 0;
  int answered_ = 0;
  Result<void> answer_;
  Inquiries inquiries_{[this](const std::string&) {
                         ++asked_;
                         return answer_;
                       },
                       &later_, clock_, [this] { ++answered_; }};
};

TEST_F(TheInquiries, AreAnsweredOnceAndThenAskedAnew) {
  EXPECT_FALSE(inquiries_.about("catalog"));
  EXPECT_FALSE(inquiries_.about("catalog")) << "it is being asked";
  later_.run();
  EXPECT_EQ(answered_, 1);
  const auto fit = inquiries_.about("catalog");
  ASSERT_TRUE(fit);
  EXPECT_TRUE(*fit);
  answer_ = fail(ErrorCode::FailedPrecondition, "banyan.new_side_unhealthy", "it answers 503");
  EXPECT_FALSE(inquiries_.about("catalog"));
  later_.run();
  const auto unfit = inquiries_.about("catalog");
  ASSERT_TRUE(unfit);
  EXPECT_FALSE(*unfit);
  EXPECT_EQ(asked_, 2);
}

TEST_F(TheInquiries, AreMadeAnewWhenTheAnswerIsOld) {
  EXPECT_FALSE(inquiries_.about("catalog"));
  later_.run();
  clock_.advance(Inquiries::kFresh);
  EXPECT_FALSE(inquiries_.about("catalog"));
  later_.run();
  EXPECT_TRUE(inquiries_.about("catalog"));
  EXPECT_EQ(asked_, 2);
}

TEST_F(TheInquiries, EndAlsoWhenSomethingLeavesThem) {
  Inquiries told_in_vain{[](const std::string&) -> Result<void> { throw 7; }, &later_, clock_,
                         [] { throw std::runtime_error("nobody is awake"); }};
  EXPECT_FALSE(told_in_vain.about("catalog"));
  EXPECT_THROW(later_.run(), std::runtime_error);
  const auto answer = told_in_vain.about("catalog");
  ASSERT_TRUE(answer);
  EXPECT_FALSE(*answer);
  told_in_vain.end();  // does not wait for what is over
}

TEST_F(TheInquiries, AreMadeLaterWhenThereIsNoRoom) {
  later_.full = true;
  EXPECT_FALSE(inquiries_.about("catalog"));
  later_.full = false;
  EXPECT_FALSE(inquiries_.about("catalog"));
  later_.run();
  EXPECT_TRUE(inquiries_.about("catalog"));
}

TEST_F(TheInquiries, AreNotMadeAfterTheEndByThoseWhoHaveWaited) {
  EXPECT_FALSE(inquiries_.about("catalog"));
  std::thread end([this] { inquiries_.end(); });
  std::size_t before = 0;
  for (int i = 0; later_.waiting() > before; ++i) {  // until the end has begun
    before = later_.waiting();
    EXPECT_FALSE(inquiries_.about("another " + std::to_string(i)));
    std::this_thread::yield();
  }
  later_.run();
  end.join();
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(answered_, 0);
}

TEST_F(TheInquiries, SayWhenNobodyCouldBeAsked) {
  Inquiries broken(
      [](const std::string&) -> Result<void> { throw std::runtime_error("no socket"); }, &later_,
      clock_, [] {});
  EXPECT_FALSE(broken.about("catalog"));
  later_.run();
  const auto told = broken.about("catalog");
  ASSERT_TRUE(told);
  ASSERT_FALSE(*told);
  EXPECT_THAT(told->error().message, HasSubstr("no socket"));
}

}  // namespace
}  // namespace banyan::strangler
