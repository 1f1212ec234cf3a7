// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "banyan/sqlite/connection.hpp"
#include "banyan/sqlite/durable_file.hpp"
#include "banyan/sqlite/file_header.hpp"
#include "banyan/sqlite/file_lock.hpp"
#include "banyan/sqlite/file_owner.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace banyan::sqlite {
namespace {

namespace fs = std::filesystem;

class FileTest : public ::testing::Test {
 protected:
  static struct stat look_at(const fs::path& file) {
    struct stat found{};
    EXPECT_EQ(::stat(file.c_str(), &found), 0) << file;
    return found;
  }
  static std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void make(const std::string& script = "CREATE TABLE t(a)") const {
    Connection::open(file_, OpenMode::Create).run(script);
  }

  /// To a user who is not this one, as far as the system lets it.
  void give_away() const {
    if (geteuid() == 0) {
      EXPECT_EQ(::chown(file_.c_str(), 4711, 4712), 0);
    }
  }

  test::TemporaryFolder folder_;
  fs::path file_ = folder_.path() / "shop.db";
};

TEST_F(FileTest, ReadsTheHeaderWithoutOpeningTheDatabase) {
  make("PRAGMA application_id = 1112430915; PRAGMA user_version = 3; PRAGMA journal_mode = WAL");
  const FileHeader header = read_file_header(file_);
  EXPECT_EQ(header.state, FileState::Database);
  EXPECT_EQ(header.application_id, 1112430915);
  EXPECT_EQ(header.user_version, 3);
  EXPECT_TRUE(header.is_wal);
}

/// Whether this process has a lock on the file, as another one sees it.
bool is_locked_by_this_process(const fs::path& file) {
  const pid_t child = ::fork();
  if (child == 0) {
    struct flock lock{};
    lock.l_type = F_WRLCK;
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    const bool asked = descriptor >= 0 && ::fcntl(descriptor, F_GETLK, &lock) == 0;
    ::_exit(asked && lock.l_type != F_UNLCK ? 1 : 0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

TEST_F(FileTest, IsLookedAtWithoutLosingTheLocksOfThoseWhoHaveItOpenHere) {
  make("PRAGMA journal_mode = WAL; CREATE TABLE t(a)");
  const Connection reader = Connection::open(file_, OpenMode::Write);
  ASSERT_EQ(reader.number("SELECT count(*) FROM t"), 0);
  ASSERT_TRUE(is_locked_by_this_process(file_));
  EXPECT_EQ(read_file_header(file_).state, FileState::Database);
  EXPECT_TRUE(is_locked_by_this_process(file_)) << "after a look at its header";
  make_like(file_, folder_.path() / "model.db");
  EXPECT_TRUE(is_locked_by_this_process(file_)) << "after it was to be made, and was there";
}

TEST_F(FileTest, IsReadAnewWhenItIsAnotherOne) {
  make("PRAGMA user_version = 1");
  EXPECT_EQ(read_file_header(file_).user_version, 1);
  fs::rename(file_, folder_.path() / "old.db");
  make("PRAGMA user_version = 2");
  EXPECT_EQ(read_file_header(file_).user_version, 2);
  fs::remove(file_);
  EXPECT_EQ(read_file_header(file_).state, FileState::Missing);
}

TEST_F(FileTest, TellsWhatIsNoDatabase) {
  EXPECT_EQ(read_file_header(file_).state, FileState::Missing);
  EXPECT_EQ(read_file_header(folder_.path()).state, FileState::NotAFile);
  std::ofstream{file_};
  EXPECT_EQ(read_file_header(file_).state, FileState::Empty);
  std::ofstream(file_) << "SQLite format 3";
  EXPECT_EQ(read_file_header(file_).state, FileState::SomethingElse);
  std::ofstream(file_) << std::string(1000, 'x');
  EXPECT_EQ(read_file_header(file_).state, FileState::SomethingElse);
}

TEST_F(FileTest, ALockHasOwnerAndModeOfTheDatabase) {
  make();
  ::chmod(file_.c_str(), 0640);
  give_away();
  const FileLock lock(writer_lock_of(file_), file_);
  const auto found = look_at(writer_lock_of(file_));
  EXPECT_EQ(found.st_mode & 0777, 0640U);
  EXPECT_EQ(found.st_uid, look_at(file_).st_uid);
  EXPECT_EQ(found.st_gid, look_at(file_).st_gid);
}

TEST_F(FileTest, SqlitesJournalsFollowADatabaseThatWasMadeLikeAnother) {
  make();
  ::chmod(file_.c_str(), 0600);
  give_away();
  const auto own = folder_.path() / "orders.db";
  make_like(own, file_);
  const Connection connection = Connection::open(own, OpenMode::Write);
  connection.run("PRAGMA journal_mode = WAL; CREATE TABLE t(a)");
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const auto found = look_at(own.string() + suffix);
    EXPECT_EQ(found.st_mode & 0777, 0600U) << suffix;
    EXPECT_EQ(found.st_uid, look_at(file_).st_uid) << suffix;
  }
}

TEST_F(FileTest, WhatIsThereKeepsItsMode) {
  make();
  std::ofstream(folder_.path() / "lock") << "x";
  ::chmod((folder_.path() / "lock").c_str(), 0666);
  ::chmod(file_.c_str(), 0600);
  make_like(folder_.path() / "lock", file_);
  EXPECT_EQ(look_at(folder_.path() / "lock").st_mode & 0777, 0666U);
  EXPECT_EQ(content(folder_.path() / "lock"), "x");
}

TEST_F(FileTest, ADurableFileIsReplacedAsAWholeAndKeepsItsMode) {
  write_durably(file_, "one");
  ::chmod(file_.c_str(), 0600);
  const auto before = look_at(file_);
  write_durably(file_, "two");
  EXPECT_EQ(content(file_), "two");
  EXPECT_NE(look_at(file_).st_ino, before.st_ino) << "written in place";
  EXPECT_EQ(look_at(file_).st_mode & 0777, 0600U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(FileTest, ADurableFileBelongsToWhomTheOneBeforeBelongedElseToTheModelsOwner) {
  write_durably(file_, "the shop's");
  ::chmod(file_.c_str(), 0640);
  give_away();
  write_durably(file_, "written by an administrator");
  EXPECT_EQ(look_at(file_).st_uid, geteuid() == 0 ? 4711U : geteuid());
  EXPECT_EQ(look_at(file_).st_gid, geteuid() == 0 ? 4712U : getegid());
  EXPECT_EQ(look_at(file_).st_mode & 0777, 0640U);

  const fs::path beside = folder_.path() / "shop.db.manifest.json";
  write_durably(beside, "new", file_);
  EXPECT_EQ(look_at(beside).st_uid, look_at(file_).st_uid);
  EXPECT_EQ(look_at(beside).st_mode & 0777, 0640U);
}

TEST_F(FileTest, ADurableFileThatCannotBeWrittenIsAFault) {
  EXPECT_THROW(write_durably(folder_.path() / "none" / "file", "x"), fs::filesystem_error);
  EXPECT_THROW(sync_folder(folder_.path() / "none"), fs::filesystem_error);
}

TEST_F(FileTest, ADurableFileThatCannotTakeItsPlaceLeavesNothingBeside) {
  const fs::path taken = folder_.path() / "taken";
  fs::create_directory(taken);
  EXPECT_THROW(write_durably(taken, "x"), fs::filesystem_error);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1) << "but what was there";
}

}  // namespace
}  // namespace banyan::sqlite
