// SPDX-License-Identifier: Apache-2.0
#include "file_watch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "banyan/test/temporary_folder.hpp"
#include "support/becomes_true.hpp"

namespace banyan::serving {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class AWatch : public testing::Test {
 protected:
  fs::path file(const std::string& name) const { return folder_.path() / name; }
  static void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }
  /// As certbot does: a new link beside the old one, moved over it.
  static void turn(const fs::path& link, const fs::path& target) {
    fs::create_symlink(target, link.string() + ".new");
    fs::rename(link.string() + ".new", link);
  }
  void wait_for(int changes) const {
    ASSERT_TRUE(test::becomes_true([&] { return changes_ >= changes; })) << "change " << changes;
    EXPECT_EQ(changes_, changes);
  }

  test::TemporaryFolder folder_;
  std::atomic<int> changes_ = 0;
  std::function<void()> count_ = [this] { ++changes_; };
};

TEST_F(AWatch, TellsOnceWhatHasChangedTogether) {
  write(file("a"), "1");
  write(file("b"), "1");
  const FileWatch watch(marks_of({file("a"), file("b")}), count_, 1h);
  write(file("a"), "22");
  write(file("b"), "22");
  wait_for(1);
  write(file("other"), "1");
  write(file("b"), "333");
  wait_for(2);
}

TEST_F(AWatch, GoesOnWhenWhatItTellsThrows) {
  write(file("a"), "1");
  std::atomic<int> faults = 0;
  const FileWatch watch(
      marks_of({file("a")}),
      [this] {
        ++changes_;
        throw std::runtime_error("no memory to read it");
      },
      1h,
      [&](std::string_view what) {
        EXPECT_EQ(what, "no memory to read it");
        ++faults;
      });
  write(file("a"), "22");
  wait_for(1);
  write(file("a"), "333");
  wait_for(2);
  EXPECT_GE(faults, 1);
}

TEST_F(AWatch, SeesThroughALinkBothThatItIsTurnedAndThatItsTargetIsWritten) {
  fs::create_directory(file("live"));
  fs::create_directory(file("archive"));
  write(file("archive/1"), "1");
  write(file("archive/2"), "2");
  fs::create_symlink("../archive/1", file("live/pem"));
  const FileWatch watch(marks_of({file("live/pem")}), count_, 1h);
  turn(file("live/pem"), "../archive/2");
  wait_for(1);
  write(file("archive/2"), "another");
  wait_for(2);
}

TEST_F(AWatch, TellsWhatHasChangedBetweenTheReadingAndTheWatching) {
  write(file("a"), "1");
  write(file("b"), "1");
  const FileMarks as_read = marks_of({file("a"), file("b")});
  write(file("a"), "22");
  FileWatch watch(as_read, count_, 1h);
  wait_for(1);
  const FileMarks another = marks_of({file("c")});
  write(file("c"), "1");
  watch.watch(another);
  wait_for(2);
}

TEST_F(AWatch, LooksEvenWhenItsFolderIsNeverQuiet) {
  write(file("a"), "1");
  const FileWatch watch(marks_of({file("a")}), count_, 1h);
  write(file("a"), "22");
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (changes_ == 0 && std::chrono::steady_clock::now() < end) {
    write(file("another"), "1");
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(changes_, 1);
}

TEST_F(AWatch, SeesThatAFileIsClosedToOthers) {
  write(file("a"), "1");
  fs::permissions(file("a"), fs::perms::owner_all | fs::perms::others_read);
  const FileWatch watch(marks_of({file("a")}), count_, 1h);
  fs::permissions(file("a"), fs::perms::owner_all);
  wait_for(1);
}

TEST_F(AWatch, TellsOnceOfAFileThatIsReplacedByRemovingIt) {
  write(file("a"), "1");
  const FileWatch watch(marks_of({file("a")}), count_, 1h);
  fs::remove(file("a"));
  write(file("a"), "22");
  wait_for(1);
}

TEST_F(AWatch, TellsThatAFileIsGoneAndThatItIsBack) {
  write(file("a"), "1");
  const FileWatch watch(marks_of({file("a")}), count_, 1h);
  fs::rename(file("a"), file("away"));
  wait_for(1);
  fs::rename(file("away"), file("a"));
  wait_for(2);
}

TEST_F(AWatch, LeavesAFileAloneThatIsStillBeingWritten) {
  using Clock = std::chrono::steady_clock;
  write(file("a"), "1");
  const FileWatch watch(marks_of({file("a")}), count_, 1h);
  const Clock::time_point begun = Clock::now();
  Clock::time_point last = begun;
  Clock::duration longest{};
  for (std::string text = "12"; last - begun < 4 * FileWatch::kStill; text += '3') {
    write(file("a"), text);
    longest = std::max(longest, Clock::now() - last);
    last = Clock::now();
    std::this_thread::sleep_for(10ms);
  }
  const int told = changes_;
  // A machine that stood still in between has let the file stand still.
  if (longest < FileWatch::kStill) {
    EXPECT_EQ(told, 0);
  }
  ASSERT_TRUE(test::becomes_true([&] { return changes_ > told; })) << "once it is whole";
}

TEST_F(AWatch, TellsWhatIsStillThoughAnotherFileNeverIs) {
  write(file("restless"), "1");
  write(file("a"), "1");
  std::atomic<int> faults = 0;
  const FileWatch watch(marks_of({file("restless"), file("a")}), count_, 1h,
                        [&](std::string_view) { ++faults; });
  write(file("a"), "22");
  const auto end = std::chrono::steady_clock::now() + 30s;
  std::string text = "12";
  for (; changes_ == 0 && std::chrono::steady_clock::now() < end; text += '3') {
    write(file("restless"), text);
    std::this_thread::sleep_for(10ms);
  }
  ASSERT_GE(changes_, 1);
  // Nobody says it of a machine that stood still, where the file did, too.
  for (; faults == 0 && std::chrono::steady_clock::now() < end; text += '3') {
    write(file("restless"), text);
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_GE(faults, 1) << "it is read as it is, and that is told";
  const int before = changes_;
  write(file("a"), "333");
  ASSERT_TRUE(test::becomes_true([&] { return changes_ > before; })) << "it goes on";
}

TEST_F(AWatch, LooksNowAndThenForWhatItIsNotToldOf) {
  fs::create_directories(file("one"));
  fs::create_directories(file("two"));
  write(file("one/pem"), "1");
  write(file("two/pem"), "22");
  fs::create_directories(file("etc"));
  fs::create_symlink("../one", file("etc/current"));
  const FileWatch watch(marks_of({file("etc/current/pem")}), count_, 20ms);
  turn(file("etc/current"), "../two");
  wait_for(1);
}

TEST_F(AWatch, GoesOverToOtherFiles) {
  fs::create_directory(file("elsewhere"));
  write(file("a"), "1");
  write(file("elsewhere/b"), "1");
  FileWatch watch(marks_of({file("a")}), count_, 1h);
  watch.watch(marks_of({file("elsewhere/b")}));
  write(file("a"), "22");
  write(file("elsewhere/b"), "22");
  wait_for(1);
  write(file("elsewhere/b"), "333");
  wait_for(2);
}

}  // namespace
}  // namespace banyan::serving
