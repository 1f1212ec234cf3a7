// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/whole_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "banyan/test/temporary_folder.hpp"

namespace banyan {
namespace {

class WholeFile : public testing::Test {
 protected:
  std::filesystem::path written(const std::string& text) const {
    const auto file = folder_.path() / "file";
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
  test::TemporaryFolder folder_;
};

TEST_F(WholeFile, IsReadByteForByte) {
  const std::string bytes("a line\r\n\0\xff and no end of one", 29);
  EXPECT_EQ(whole_file(written(bytes)), bytes);
}

TEST_F(WholeFile, IsReadToItsEndWhenItIsLong) {
  std::string text;
  while (text.size() < 100'000) text += std::to_string(text.size()) + '\n';
  EXPECT_EQ(whole_file(written(text)), text);
}

TEST_F(WholeFile, IsEmptyWhenItIs) { EXPECT_EQ(whole_file(written("")), ""); }

TEST_F(WholeFile, IsRefusedWithTheReasonWhenItIsMissing) {
  const auto text = whole_file(folder_.path() / "nobody");
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(text.value_or("nothing"), "nothing");
}

TEST_F(WholeFile, IsRefusedWithTheReasonWhenItIsAFolder) {
  const auto text = whole_file(folder_.path());
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error(), std::errc::is_a_directory);
}

}  // namespace
}  // namespace banyan
