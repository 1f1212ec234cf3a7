// SPDX-License-Identifier: Apache-2.0
#include "banyan/telemetry/line_output.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>

namespace banyan::telemetry {
namespace {

using namespace std::chrono_literals;

/// Two ends of something that lines go through, as a process has it from whoever started it:
/// blocking.
struct Ends {
  std::array<int, 2> both{};
  ~Ends() {
    for (const int each : both) ::close(each);
  }
  int reader() const { return both[0]; }
  int writer() const { return both[1]; }
};

struct Through : testing::TestWithParam<const char*> {
  Through() {
    ::signal(SIGPIPE, SIG_IGN);
    const bool pipe = std::string_view(GetParam()) == "pipe";
    EXPECT_EQ(
        pipe ? ::pipe(ends.both.data()) : ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.both.data()),
        0);
  }
  Ends ends;
  const std::string large = std::string(1'000'000, 'x') + '\n';
};

TEST_P(Through, ThatIsFullIsWaitedForNoLongerThanAskedFor) {
  LineOutput output(ends.writer());
  const std::string_view left = output.write(large, 1ms);
  EXPECT_GT(left.size(), 0U);
  EXPECT_LT(left.size(), large.size());
  EXPECT_EQ(output.write("next\n", 1ms), "next\n") << "the line that was begun is not ended yet";
}

TEST_P(Through, ThatIsFullIsNotWaitedForWhenThereIsHurry) {
  LineOutput output(ends.writer());
  std::thread writing([&] { EXPECT_NE(output.write(large), ""); });
  output.hurry(std::chrono::steady_clock::now());
  writing.join();
}

TEST_P(Through, ThatNobodyReadsTakesNothing) {
  LineOutput output(ends.writer());
  ::close(std::exchange(ends.both[0], -1));
  EXPECT_EQ(output.write("lost\n"), "lost\n");
}

TEST_P(Through, ThatIsEmptiedTakesAllAndStaysAsItIsForOthers) {
  const int flags = ::fcntl(ends.writer(), F_GETFL);
  LineOutput output(ends.writer());
  std::string read;
  std::thread reading([&] {
    std::array<char, 10'000> piece{};
    while (read.size() < large.size()) {
      const ssize_t size = ::read(ends.reader(), piece.data(), piece.size());
      if (size <= 0) return;
      read.append(piece.data(), static_cast<std::size_t>(size));
    }
  });
  EXPECT_EQ(output.write(large), "");
  reading.join();
  EXPECT_EQ(read, large);
  EXPECT_EQ(::fcntl(ends.writer(), F_GETFL), flags);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Through, testing::Values("pipe", "socket"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace banyan::telemetry
