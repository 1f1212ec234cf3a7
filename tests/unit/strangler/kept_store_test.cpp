// SPDX-License-Identifier: Apache-2.0
// What a control store, and the notes beside it, keep of a stage: copies, older contents, crashes,
// full disks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "banyan/kernel/whole_file.hpp"
#include "banyan/sqlite/file_lock.hpp"
#include "banyan/stages/control_store.hpp"
#include "banyan/stages/made_note.hpp"
#include "banyan/stages/switchboard.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/broken_disk.hpp"
#include "support/failing_locks.hpp"
#include "support/full_disk.hpp"
#include "support/raw_sqlite.hpp"
#include "support/small_disk.hpp"

namespace banyan::strangler {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
namespace fs = std::filesystem;

const Reason kForATest{"ann@desk", "a test"};

Result<std::optional<LogEntry>> to_share(ControlStore& store, const char* percent) {
  return store.change("catalog", kForATest, [&](const Traffic&) -> Result<Traffic> {
    return Traffic::of(*Percent::parse(percent), Side::Local);
  });
}

/// A plan that changes, and no traffic.
Result<std::optional<LogEntry>> to_plan(ControlStore& store, const std::string& document) {
  return store.walk("catalog", kForATest, [&](const Traffic& now, StoredPlan& plan) {
    plan.document = document;
    return Result<Traffic>(now);
  });
}

class AKeptStore : public testing::Test {
 protected:
  void SetUp() override {
    store_ = open();
    ASSERT_TRUE(store_->enlist({"catalog"}));
    write_made_note(note_, file_, {});
  }

  std::unique_ptr<ControlStore> open(const std::vector<std::string>& notes = {}) const {
    auto store = ControlStore::open(file_, system_clock(), ControlStore::Mode::MayCreate, notes);
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  /// The file alone, as somebody copies it who knows of no other.
  std::string copy_of_the_file(const std::string& name) const {
    fs::copy_file(file_, folder_.file(name), fs::copy_options::overwrite_existing);
    return folder_.file(name);
  }
  void put_back(const std::string& copy) {
    store_.reset();
    for (const char* each : {"", "-wal", "-shm"}) fs::remove(file_ + each);
    fs::copy_file(copy, file_);
  }
  static std::uint64_t revision_of(const std::string& file) {
    const auto store = ControlStore::open(file, system_clock());
    EXPECT_TRUE(store);
    return store ? (*store)->stand()->revision : 0;
  }

  test::TemporaryFolder folder_;
  std::string file_ = folder_.file("control.db");
  std::string note_ = file_ + ".made";
  std::unique_ptr<ControlStore> store_;
};

TEST_F(AKeptStore, IsWholeInItsFileAloneAfterEachChange) {
  ASSERT_TRUE(to_share(*store_, "10"));
  EXPECT_EQ(revision_of(copy_of_the_file("one.db")), 1U) << "the log beside it is not needed";
  ASSERT_TRUE(to_share(*store_, "100"));
  ASSERT_TRUE(to_plan(*store_, R"({"state":"paused"})"));
  const std::string copy = copy_of_the_file("two.db");
  const auto kept = ControlStore::open(copy, system_clock());
  ASSERT_TRUE(kept);
  EXPECT_EQ(to_string((*kept)->stand()->find("catalog")->traffic), "canary 100%");
  EXPECT_EQ((*kept)->plans()->front().document, R"({"state":"paused"})");
  EXPECT_THAT((*kept)->verify()->problems, IsEmpty());
}

TEST_F(AKeptStore, IsGoneByBeforeItsNotesAreWrittenAndAnsweredAfter) {
  int told = 0;
  std::uint64_t revision = 0;
  std::uint64_t noted = 99;
  store_->follow([&] {
    ++told;
    revision = store_->stand()->revision;
    noted = read_made_note(note_)->last.seq;
  });
  ASSERT_TRUE(to_share(*store_, "10"));
  EXPECT_EQ(told, 1);
  EXPECT_EQ(revision, 1U) << "it is on the disk";
  EXPECT_EQ(noted, 0U) << "users do not wait for what is only kept for later";
  EXPECT_EQ(read_made_note(note_)->last.seq, 1U) << "who has asked does";
  EXPECT_EQ(revision_of(copy_of_the_file("copy.db")), 1U);
  ASSERT_TRUE(to_plan(*store_, R"({"state":"paused"})"));
  EXPECT_EQ(told, 1) << "no traffic has moved";
  EXPECT_EQ(read_made_note(note_)->last.note, 1U);
  store_->follow({});
  ASSERT_TRUE(to_share(*store_, "20"));
  EXPECT_EQ(told, 1);
}

TEST_F(AKeptStore, DoesNotWaitForWhoReadsWhatWasBeforeAndIsWholeOnceTheyAreThrough) {
  test::RawSqlite reader(file_);
  reader.run("BEGIN; SELECT count(*) FROM switch_log");
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(to_share(*store_, "10"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(4))
      << "five seconds is how long one waits for a lock";
  store_->tend();
  reader.run("COMMIT");
  store_->tend();
  EXPECT_EQ(revision_of(copy_of_the_file("copy.db")), 1U);
}

/// As another process has it while it commits or checkpoints.
std::optional<sqlite::FileLock> turn_of_another(const std::string& file) {
  return sqlite::FileLock::take(fs::canonical(file).string() + ".writer", file,
                                std::chrono::milliseconds(0));
}

TEST_F(AKeptStore, IsBroughtIntoItsFileByNobodyWhileAnotherOneWrites) {
  test::RawSqlite reader(file_);
  reader.run("BEGIN; SELECT count(*) FROM switch_log");
  ASSERT_TRUE(to_share(*store_, "10"));
  reader.run("COMMIT");
  {
    const auto another = turn_of_another(file_);
    ASSERT_TRUE(another);
    store_->tend();
    EXPECT_EQ(revision_of(copy_of_the_file("meanwhile.db")), 0U)
        << "a checkpoint beside a commit may lose pages of it";
    EXPECT_EQ(store_->stand()->revision, 1U) << "who only looks waits for nobody";
  }
  store_->tend();
  EXPECT_EQ(revision_of(copy_of_the_file("then.db")), 1U);
}

TEST_F(AKeptStore, IsChangedByOneAtATime) {
  std::future<bool> changed;
  {
    const auto another = turn_of_another(file_);
    ASSERT_TRUE(another);
    changed = std::async(std::launch::async, [&] { return to_share(*store_, "10").has_value(); });
    EXPECT_EQ(changed.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout)
        << "it is the other one's turn";
  }
  EXPECT_TRUE(changed.get()) << "and then its own";
}

TEST_F(AKeptStore, KeepsTheFilesOfItsLogWhenTheLastOneCloses) {
  ASSERT_TRUE(to_share(*store_, "10"));
  store_.reset();
  EXPECT_TRUE(fs::exists(file_ + "-wal")) << "with the room that it holds";
  EXPECT_TRUE(fs::exists(file_ + "-shm")) << "which a full disk would not give again";
  EXPECT_EQ(fs::file_size(file_ + "-wal"), 0U) << "the file alone is whole";
}

TEST_F(AKeptStore, IsBroughtIntoItsFileAtItsEndAtTheLatest) {
  {
    test::RawSqlite reader(file_);
    reader.run("BEGIN; SELECT count(*) FROM switch_log");
    ASSERT_TRUE(to_share(*store_, "10"));
  }
  store_.reset();
  EXPECT_EQ(revision_of(copy_of_the_file("copy.db")), 1U);
}

// An older copy that was put over the file after a kill, beside the log of the newest: only that
// log has the newest lines.
TEST_F(AKeptStore, IsLeftAsItIsWhenItIsRefused) {
  ASSERT_TRUE(to_share(*store_, "10"));
  test::RawSqlite reader(file_);
  reader.run("BEGIN; SELECT count(*) FROM switch_log");
  ASSERT_TRUE(to_share(*store_, "100"));
  const std::string left = copy_of_the_file("left.db");
  fs::copy_file(file_ + "-wal", left + "-wal");
  const auto content = whole_file(left);
  const auto log = whole_file(left + "-wal");
  ASSERT_TRUE(log && !log->empty());
  write_made_note(left + ".made", left, {.seq = 9, .hash = std::string(64, 'a')});
  {
    auto store = ControlStore::open(left, system_clock());
    ASSERT_TRUE(store);
    const auto refused = (*store)->enlist({"catalog"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().rule, "banyan.control_store_older");
    (*store)->tend();
  }
  EXPECT_TRUE(whole_file(left) == content);
  EXPECT_TRUE(whole_file(left + "-wal") == log) << "somebody may need what it has";
}

TEST_F(AKeptStore, IsRefusedWhenItsNoteCannotBeRead) {
  ASSERT_TRUE(to_share(*store_, "10"));
  fs::remove(note_);
  fs::create_directory(note_);  // also root cannot read it
  store_ = open();
  const auto refused = store_->stand();
  ASSERT_FALSE(refused) << "it may name what is lacking";
  EXPECT_EQ(refused.error().rule, "banyan.control_store_note");
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable) << "it may be readable in a moment";
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr(note_), HasSubstr("cannot be read")));
  EXPECT_EQ(to_share(*store_, "50").error().rule, "banyan.control_store_note");
  EXPECT_EQ(store_->log(10)->size(), 1U) << "who has to decide may look";
  const auto verified = store_->verify();
  EXPECT_THAT(verified->problems, IsEmpty()) << "that is no tampering";
  EXPECT_THAT(verified->remarks, ElementsAre(HasSubstr("cannot be read")));
  fs::remove(note_);
  EXPECT_TRUE(open()->stand());
}

TEST_F(AKeptStore, IsRefusedWhenItIsOlderThanItsNoteSays) {
  ASSERT_TRUE(to_share(*store_, "10"));
  const std::string earlier = copy_of_the_file("earlier.db");
  ASSERT_TRUE(to_share(*store_, "100"));
  put_back(earlier);

  store_ = open();
  const auto refused = store_->stand();
  ASSERT_FALSE(refused) << "an older content is no new truth";
  EXPECT_EQ(refused.error().rule, "banyan.control_store_older");
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr(file_), HasSubstr(note_ + " says that its switch log has revision 2"),
                    HasSubstr("ends at revision 1"), HasSubstr("delete " + note_)));
  EXPECT_EQ(to_share(*store_, "50").error().rule, "banyan.control_store_older");
  EXPECT_EQ(store_->log(10)->size(), 1U) << "who has to decide may look";
  EXPECT_THAT(store_->verify()->problems, ElementsAre(HasSubstr("has revision 2")));

  fs::remove(note_);
  store_ = open();
  EXPECT_EQ(store_->stand()->revision, 1U) << "somebody has said that it is right";
  ASSERT_TRUE(to_share(*store_, "25"));
  EXPECT_EQ(open()->stand()->revision, 2U);
}

TEST_F(AKeptStore, IsRefusedWhenItsLogIsEmptyAndItsNoteKnowsOfLines) {
  const std::string empty = copy_of_the_file("empty.db");
  ASSERT_TRUE(to_share(*store_, "100"));
  put_back(empty);
  EXPECT_EQ(open()->stand().error().rule, "banyan.control_store_older");
}

TEST_F(AKeptStore, IsRefusedWhenItLacksAPlanThatItsNoteKnowsOf) {
  const std::string earlier = copy_of_the_file("earlier.db");
  ASSERT_TRUE(to_plan(*store_, R"({"state":"paused"})"));
  put_back(earlier);
  const auto refused = open()->stand();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("has note 1"));
}

TEST_F(AKeptStore, IsRefusedWhenItIsAnotherOneThatHasGoneOnAsFar) {
  const std::string earlier = copy_of_the_file("earlier.db");
  ASSERT_TRUE(to_share(*store_, "100"));
  {
    const auto other = ControlStore::open(earlier, system_clock());
    ASSERT_TRUE(other && to_share(**other, "10") && to_share(**other, "20"));
  }
  put_back(earlier);
  EXPECT_EQ(open()->stand().error().rule, "banyan.control_store_older");
}

TEST_F(AKeptStore, IsGoodWhenItIsTheNewestThatWasKept) {
  ASSERT_TRUE(to_share(*store_, "100"));
  const std::string newest = copy_of_the_file("newest.db");
  put_back(newest);
  EXPECT_EQ(open()->stand()->revision, 1U);
}

TEST_F(AKeptStore, IsGoodWhenItsNoteIsBehindAsAfterAKillBetweenTheTwo) {
  ASSERT_TRUE(to_share(*store_, "10"));
  const fs::path before = folder_.file("note");
  fs::copy_file(note_, before);
  ASSERT_TRUE(to_share(*store_, "100"));
  fs::copy_file(before, note_, fs::copy_options::overwrite_existing);
  store_ = open();
  EXPECT_EQ(store_->stand()->revision, 2U);
  ASSERT_TRUE(store_->mark_notes());
  EXPECT_EQ(read_made_note(note_)->last.seq, 2U) << "a start brings it up";
}

TEST_F(AKeptStore, IsGoodWithTheNoteOfAnEarlierVersion) {
  ASSERT_TRUE(to_share(*store_, "10"));
  std::ofstream(note_) << "The control store of this was made: " << file_ << "\n";
  EXPECT_EQ(open()->stand()->revision, 1U);
}

TEST_F(AKeptStore, HasANoteThatIsNeverAheadOfItWhateverIsRefused) {
  ASSERT_TRUE(to_share(*store_, "10"));
  const auto refused = store_->change("catalog", kForATest, [](const Traffic&) -> Result<Traffic> {
    return fail(ErrorCode::FailedPrecondition, "test.no", "no");
  });
  ASSERT_FALSE(refused);
  const LastLines last = read_made_note(note_)->last;
  EXPECT_EQ(last.seq, 1U);
  EXPECT_EQ(last.hash, store_->log(1)->front().hash);
}

TEST_F(AKeptStore, HasANoteOfTheLastLineWhoeverOfSeveralProcessesWroteIt) {
  const auto other = open();
  for (const char* each : {"10", "20", "30"}) {
    ASSERT_TRUE(to_share(*store_, each));
    ASSERT_TRUE(to_plan(*other, std::string(R"({"state":")") + each + R"("})"));
  }
  const LastLines last = read_made_note(note_)->last;
  EXPECT_EQ(last.seq, 3U);
  EXPECT_EQ(last.note, 3U);
  EXPECT_TRUE(open()->stand());
}

TEST_F(AKeptStore, GoesBackToAnEarlierRevisionWithoutBeingAnOlderOne) {
  ASSERT_TRUE(to_share(*store_, "10"));
  ASSERT_TRUE(to_share(*store_, "100"));
  Switchboard board(*store_);
  ASSERT_TRUE(board.go_to({.revision = 1}, kForATest));
  store_ = open();
  EXPECT_EQ(to_string(store_->stand()->find("catalog")->traffic), "canary 10%");
  EXPECT_EQ(store_->stand()->revision, 3U);
}

TEST_F(AKeptStore, IsHeldAgainstANoteElsewhereTooThatNamesIt) {
  const std::string elsewhere = folder_.file("banyan.toml.control-store");
  write_made_note(elsewhere, file_, {});
  store_ = open({elsewhere});
  const std::string earlier = copy_of_the_file("earlier.db");
  ASSERT_TRUE(to_share(*store_, "100"));
  put_back(earlier);
  fs::remove(note_);  // lost with the volume
  EXPECT_THAT(open({elsewhere})->stand().error().message, HasSubstr("delete " + elsewhere));
  // Of another store: the configuration names this one only now.
  write_made_note(elsewhere, folder_.file("other.db"), {.seq = 9, .hash = std::string(64, 'a')});
  EXPECT_TRUE(open({elsewhere})->stand());
}

TEST_F(AKeptStore, IsRefusedWithAnErrorWhateverOfItFailsWhileItIsOpened) {
  test::FailingLocks locks("control.db");
  int refused = 0;
  for (int nth = 1;; ++nth) {
    locks.fail(nth);
    const auto store = ControlStore::open(file_, system_clock(), ControlStore::Mode::MustExist);
    if (!locks.failed()) break;
    if (store) continue;
    ++refused;
    EXPECT_EQ(store.error().rule, "banyan.control_store_unavailable") << "lock " << nth;
  }
  EXPECT_GT(refused, 0);
}

TEST(AKeptStoreThatIsDamaged, NamesTheSameWayOutAsOneThatIsLost) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("control.db");
  ASSERT_TRUE(ControlStore::open(file, system_clock()));
  fs::resize_file(file, 8192);
  const auto refused = ControlStore::open(file, system_clock());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "banyan.corrupt_control_store");
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr(ways_out(file, "move " + file + " away, delete " + file + ".made")),
                    Not(HasSubstr("\n"))));
}

TEST(AKeptStoreThatIsDamaged, IsNotTakenForAnotherFileWhereANoteSaysThatItWasThere) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("control.db");
  std::ofstream(file) << "not one byte of it is left";
  write_made_note(file + ".made", file, {});
  const auto refused = ControlStore::open(file, system_clock());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "banyan.foreign_control_store");
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("put the newest copy back"), HasSubstr("delete " + file + ".made"),
                    Not(HasSubstr("name another file"))));
}

TEST(AKeptStoreOnABrokenDisk, SaysThatTheFileLacksWhatIsInTheLogUntilItHasIt) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("control.db");
  test::BrokenDisk disk("control.db");
  const auto store = ControlStore::open(file, system_clock()).value();
  ASSERT_TRUE(store->enlist({"catalog"}));
  ASSERT_TRUE(to_share(*store, "10"));
  EXPECT_EQ(store->not_in_file(), "");

  disk.fail();
  ASSERT_TRUE(to_share(*store, "20")) << "the log beside it takes it";
  EXPECT_THAT(store->not_in_file(), AllOf(HasSubstr(file + "-wal only"), HasSubstr("disk I/O")));
  EXPECT_FALSE(store->unwritable());
  store->tend();
  EXPECT_NE(store->not_in_file(), "") << "it was tried again";

  disk.mend();
  store->tend();
  EXPECT_EQ(store->not_in_file(), "");
}

TEST(AKeptStoreOnABrokenDisk, HasNothingToTellOfWhenSomebodyReadsWhatWasBefore) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("control.db");
  const auto store = ControlStore::open(file, system_clock()).value();
  ASSERT_TRUE(store->enlist({"catalog"}));
  test::RawSqlite reader(file);
  reader.run("BEGIN; SELECT count(*) FROM switch_log");
  ASSERT_TRUE(to_share(*store, "10"));
  store->tend();
  EXPECT_GT(fs::file_size(file + "-wal"), 0U) << "it is in the way";
  EXPECT_EQ(store->not_in_file(), "");
}

TEST(AKeptStoreOnAFullDisk, SaysSoFromTheFirstWriteThatFailedUntilOneSucceeds) {
  const test::TemporaryFolder folder;
  test::FullDisk disk("control.db");
  const auto store = ControlStore::open(folder.file("control.db"), system_clock()).value();
  ASSERT_TRUE(store->enlist({"catalog"}));
  ASSERT_TRUE(to_share(*store, "10"));
  EXPECT_FALSE(store->unwritable());

  disk.fill();
  const auto refused = to_share(*store, "100");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "banyan.control_store_full");
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("all traffic stays where it is"), HasSubstr("Make room")));
  ASSERT_TRUE(store->unwritable());
  EXPECT_EQ(store->unwritable()->rule, "banyan.control_store_full");
  store->tend();
  EXPECT_TRUE(store->unwritable()) << "it was tried, and cannot be written yet";
  EXPECT_EQ(store->stand()->revision, 1U) << "and can be read";

  disk.make_room();
  store->tend();
  EXPECT_FALSE(store->unwritable()) << "nobody has to ask for a change to find out";
  EXPECT_TRUE(to_share(*store, "100"));
  EXPECT_THAT(store->verify()->problems, IsEmpty());
}

TEST(AKeptStoreOnAFullDisk, IsBroughtIntoItsFileOnceNobodyReadsWhatWasBefore) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("control.db");
  test::FullDisk disk("control.db-wal");  // the file itself can be written: it has the pages
  const auto store = ControlStore::open(file, system_clock()).value();
  ASSERT_TRUE(store->enlist({"catalog"}));
  ASSERT_TRUE(to_share(*store, "10"));
  test::RawSqlite reader(file);
  reader.run("BEGIN; SELECT count(*) FROM switch_log");
  ASSERT_TRUE(to_share(*store, "20"));
  disk.fill();
  ASSERT_FALSE(to_share(*store, "100"));
  ASSERT_TRUE(store->unwritable());

  reader.run("COMMIT");
  store->tend();
  EXPECT_TRUE(store->unwritable()) << "it cannot be written yet";
  const std::string copy = folder.file("copy.db");
  fs::copy_file(file, copy);
  const auto kept = ControlStore::open(copy, system_clock());
  ASSERT_TRUE(kept);
  EXPECT_EQ((*kept)->stand()->revision, 2U) << "the file alone has what was answered";
}

// A file system of its own, really full.
TEST(AKeptStoreOnAFullDisk, TakesAWayBackAndNothingThatSendsTheNewSideMore) {
  const test::TemporaryFolder folder;
  const auto ended = test::on_a_small_disk(folder.path(), "4m", [&] {
    const std::string file = folder.file("control.db");
    const auto store = ControlStore::open(file, system_clock()).value();
    ASSERT_TRUE(store->enlist({"catalog"}));
    ASSERT_TRUE(to_share(*store, "50"));
    test::fill_disk(folder.file("ballast"));

    // Whether the first change still goes is the disk's affair; soon none does that takes more.
    Result<std::optional<LogEntry>> more = to_share(*store, "51");
    for (int percent = 52; more && percent < 90; ++percent) {
      test::fill_disk(folder.file("ballast"));
      more = to_share(*store, std::to_string(percent).c_str());
    }
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().rule, "banyan.control_store_full");
    EXPECT_THAT(more.error().message, HasSubstr("the way back to the old side is open"));
    EXPECT_TRUE(store->unwritable());

    test::fill_disk(folder.file("ballast"));
    Reason with_much_evidence = kForATest;
    with_much_evidence.evidence = std::string(60'000, 'e');
    const auto back = store->change("catalog", with_much_evidence,
                                    [](const Traffic&) -> Result<Traffic> { return Traffic{}; });
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(store->stand()->find("catalog")->traffic, Traffic{});
    EXPECT_TRUE(store->unwritable()) << "it is full as before";
    const auto other = ControlStore::open(file, system_clock(), ControlStore::Mode::MustExist);
    ASSERT_TRUE(other) << other.error().message;
    EXPECT_EQ((*other)->stand()->find("catalog")->traffic, Traffic{}) << "replicas see it";

    fs::remove(folder.file("ballast"));
    store->tend();
    EXPECT_FALSE(store->unwritable());
    EXPECT_TRUE(to_share(*store, "50"));
    EXPECT_THAT(store->verify()->problems, IsEmpty());
  });
  if (ended == test::OnASmallDisk::NotAllowed) GTEST_SKIP() << "nobody may mount here";
  EXPECT_EQ(ended, test::OnASmallDisk::Passed);
}

TEST(AKeptStoreOnAFullDisk, CanBeOpenedAgainAndTakenBackByThoseWhoComeAfterACleanEnd) {
  const test::TemporaryFolder folder;
  const auto ended = test::on_a_small_disk(folder.path(), "4m", [&] {
    const std::string file = folder.file("control.db");
    {
      const auto store = ControlStore::open(file, system_clock()).value();
      ASSERT_TRUE(store->enlist({"catalog"}));
      ASSERT_TRUE(to_share(*store, "50"));
    }
    test::fill_disk(folder.file("ballast"));
    {
      const auto looking = ControlStore::open(file, system_clock(), ControlStore::Mode::MustExist);
      ASSERT_TRUE(looking) << looking.error().message;
      EXPECT_EQ((*looking)->stand()->revision, 1U);
    }
    const auto store = ControlStore::open(file, system_clock());
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE((*store)->enlist({"catalog"})) << "as a process that starts does";
    const auto back = (*store)->change("catalog", kForATest,
                                       [](const Traffic&) -> Result<Traffic> { return Traffic{}; });
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ((*store)->stand()->find("catalog")->traffic, Traffic{});
  });
  if (ended == test::OnASmallDisk::NotAllowed) GTEST_SKIP() << "nobody may mount here";
  EXPECT_EQ(ended, test::OnASmallDisk::Passed);
}

TEST(AKeptStoreOnAFullDisk, DoesNotSayThatTheWayBackIsOpenOnceItsRoomIsUsedUp) {
  const test::TemporaryFolder folder;
  const auto ended = test::on_a_small_disk(folder.path(), "8m", [&] {
    const std::string file = folder.file("control.db");
    const auto store = ControlStore::open(file, system_clock()).value();
    ASSERT_TRUE(store->enlist({"catalog"}));
    ASSERT_TRUE(to_share(*store, "90"));
    test::RawSqlite reader(file);  // keeps the log from being used anew
    reader.run("BEGIN; SELECT count(*) FROM switch_log");
    Reason with_much_evidence = kForATest;
    with_much_evidence.evidence = std::string(60'000, 'e');
    bool failed = false;
    for (int percent = 89; percent > 0 && !failed; --percent) {
      test::fill_disk(folder.file("ballast"));
      failed =
          !store->change("catalog", with_much_evidence, [&](const Traffic&) -> Result<Traffic> {
            return Traffic::of(*Percent::of_hundredths(percent * 100), Side::Local);
          });
    }
    ASSERT_TRUE(failed) << "the room is used up";
    ASSERT_TRUE(store->unwritable());
    store->tend();
    EXPECT_THAT(store->unwritable()->message,
                AllOf(HasSubstr("the room for that is used up"),
                      Not(HasSubstr("the way back to the old side is open"))));
    const auto more = to_share(*store, "100");
    ASSERT_FALSE(more);
    EXPECT_THAT(more.error().message, Not(HasSubstr("the way back to the old side is open")));

    reader.run("COMMIT");
    fs::remove(folder.file("ballast"));
    store->tend();
    EXPECT_FALSE(store->unwritable());
  });
  if (ended == test::OnASmallDisk::NotAllowed) GTEST_SKIP() << "nobody may mount here";
  EXPECT_EQ(ended, test::OnASmallDisk::Passed);
}

}  // namespace
}  // namespace banyan::strangler
