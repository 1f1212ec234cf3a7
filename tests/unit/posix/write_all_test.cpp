// SPDX-License-Identifier: Apache-2.0
#include "banyan/posix/write_all.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <string>
#include <system_error>
#include <thread>

#include "banyan/posix/descriptor.hpp"

namespace banyan::posix {
namespace {

/// Much more than goes into the pipe.
const std::string& big_text() {
  static const std::string text = [] {
    std::string lines;
    for (int i = 0; i < 20'000; ++i) lines += "line " + std::to_string(i) + '\n';
    return lines;
  }();
  return text;
}

std::string read_to_the_end(const Descriptor& descriptor) {
  std::string text;
  std::array<char, 1'000> part{};
  for (ssize_t count = 1; count > 0;) {
    count = ::read(descriptor.number(), part.data(), part.size());
    if (count > 0) text.append(part.data(), static_cast<std::size_t>(count));
  }
  return text;
}

/// What a signal does until its end. It interrupts what waits.
class Handling {
 public:
  Handling(int signal, void (*handler)(int)) : signal_(signal) {
    struct sigaction action{};
    action.sa_handler = handler;  // without SA_RESTART
    ::sigaction(signal_, &action, &before_);
  }
  ~Handling() { ::sigaction(signal_, &before_, nullptr); }
  Handling(const Handling&) = delete;
  Handling& operator=(const Handling&) = delete;

 private:
  int signal_;
  struct sigaction before_{};
};

std::atomic<int> interruptions = 0;

class WritingAll : public testing::Test {
 protected:
  /// A pipe of one page.
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader_ = Descriptor(ends[0]);
    writer_ = Descriptor(ends[1]);
    ASSERT_GT(::fcntl(writer_.number(), F_SETPIPE_SZ, 4'096), 0);
  }

  Descriptor reader_;
  Descriptor writer_;
};

TEST_F(WritingAll, GoesOnUntilABigTextIsThroughASmallPipe) {
  std::string arrived;
  std::thread reading([&] { arrived = read_to_the_end(reader_); });
  const std::error_code error = write_all(writer_, big_text());
  writer_.close();
  reading.join();
  EXPECT_FALSE(error) << error.message();
  EXPECT_EQ(arrived.size(), big_text().size());
  EXPECT_TRUE(arrived == big_text());
}

TEST_F(WritingAll, GoesOnAfterASignal) {
  interruptions = 0;
  const Handling handling(SIGUSR1, [](int) { ++interruptions; });
  const pthread_t writing = ::pthread_self();
  std::string arrived;
  std::thread reading([&] {
    // Nothing is read meanwhile, so that it has to wait, and is interrupted where it does.
    for (int sent = 1; sent <= 100; ++sent) {
      ::pthread_kill(writing, SIGUSR1);
      while (interruptions < sent) std::this_thread::yield();
    }
    arrived = read_to_the_end(reader_);
  });
  const std::error_code error = write_all(writer_, big_text());
  writer_.close();
  reading.join();
  EXPECT_FALSE(error) << error.message();
  EXPECT_TRUE(arrived == big_text());
}

TEST_F(WritingAll, SaysThatTheReaderOfAPipeIsGone) {
  const Handling handling(SIGPIPE, SIG_IGN);
  reader_.close();
  EXPECT_EQ(write_all(writer_, "text"), std::errc::broken_pipe);
}

TEST_F(WritingAll, SaysThatADeviceIsFull) {
  const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full.valid());
  EXPECT_EQ(write_all(full, "text"), std::errc::no_space_on_device);
}

TEST_F(WritingAll, SaysThatNothingIsOpen) {
  EXPECT_EQ(write_all(Descriptor(), "text"), std::errc::bad_file_descriptor);
}

TEST_F(WritingAll, OfNothingAsksNobody) { EXPECT_FALSE(write_all(Descriptor(), "")); }

}  // namespace
}  // namespace banyan::posix
