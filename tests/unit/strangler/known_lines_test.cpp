// SPDX-License-Identifier: Apache-2.0
#include "known_lines.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "banyan/test/temporary_folder.hpp"

namespace banyan::strangler {
namespace {

const LastLines kFirst{.seq = 1, .hash = std::string(64, 'a')};

TEST(TheKnownLines, RefuseANoteOfAStoreWhosePlaceCannotBeToldAnyMore) {
  const test::TemporaryFolder folder;
  const std::string store = folder.file("control.db");
  const std::string elsewhere = folder.file("banyan.toml.control-store");
  write_made_note(elsewhere, store, {});
  KnownLines known(store, {elsewhere});
  std::filesystem::create_symlink(store, store);  // goes round
  const auto noted = known.note(kFirst);
  ASSERT_FALSE(noted);
  EXPECT_EQ(noted.error().rule, "banyan.control_store_note");

  std::filesystem::remove(store);
  EXPECT_TRUE(known.note(kFirst));
  EXPECT_EQ(read_made_note(elsewhere)->last, kFirst);
}

}  // namespace
}  // namespace banyan::strangler
