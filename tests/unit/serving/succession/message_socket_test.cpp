// SPDX-License-Identifier: Apache-2.0
#include "message_socket.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "banyan/posix/descriptor.hpp"

namespace banyan::succession {
namespace {

using namespace std::chrono_literals;
using End = MessageSocket::End;

struct AConversation : testing::Test {
  AConversation() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) ends = {-1, -1};
    one.emplace(posix::Descriptor(ends[0]));
    other.emplace(posix::Descriptor(ends[1]));
  }
  static MessageSocket::Received next(const MessageSocket& socket, int wake = -1) {
    return socket.receive(system_clock().steady() + 10ms, system_clock(), wake);
  }
  static ino_t number_of(const posix::Descriptor& file) {
    struct stat entry{};
    return ::fstat(file.number(), &entry) == 0 ? entry.st_ino : 0;
  }

  std::optional<MessageSocket> one;
  std::optional<MessageSocket> other;
};

TEST_F(AConversation, PassesFilesBesideMessages) {
  std::vector<posix::Descriptor> files;
  for (std::size_t i = 0; i < MessageSocket::kMostFiles; ++i) {
    files.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  }
  ASSERT_TRUE(one->send("many", files));
  ASSERT_TRUE(one->send("none"));
  const auto many = next(*other);
  EXPECT_EQ(many.text, "many");
  ASSERT_EQ(many.files.size(), files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(number_of(many.files[i]), number_of(files[i]));
    EXPECT_NE(many.files[i].number(), files[i].number());
  }
  const auto none = next(*other);
  EXPECT_EQ(none.text, "none");
  EXPECT_TRUE(none.files.empty());
  EXPECT_TRUE(other->is_of_this_user());
}

TEST_F(AConversation, EndsWhenTheOtherGoesOrTheTimeIsOverOrSomebodyWakesIt) {
  EXPECT_EQ(next(*other).end, End::Late);
  const posix::Descriptor wake(::eventfd(1, EFD_CLOEXEC));
  EXPECT_EQ(next(*other, wake.number()).end, End::Woken);
  ASSERT_TRUE(one->send("the last word"));
  ASSERT_TRUE(other->send("that nobody reads"));
  one.reset();
  EXPECT_EQ(next(*other).text, "the last word") << "though the other has not read everything";
  EXPECT_EQ(next(*other).end, End::Gone);
  EXPECT_FALSE(other->send("hello?"));
}

TEST_F(AConversation, LeavesNoDoubtAboutWhatCameBeforeTheEarsWereClosed) {
  ASSERT_TRUE(one->send("in time"));
  EXPECT_EQ(other->close_ears().text, "in time");
  EXPECT_FALSE(one->send("too late"));
  EXPECT_EQ(other->close_ears().end, End::Gone);
  EXPECT_TRUE(other->send("but it can be told"));
  EXPECT_EQ(next(*one).text, "but it can be told");
}

}  // namespace
}  // namespace banyan::succession
