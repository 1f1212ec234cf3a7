// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/exit_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "banyan_process.hpp"

namespace banyan::test {
namespace {

// The rows of the first table of the page: "| 64 | text |".
std::vector<std::string> documented() {
  std::ifstream page(DOCS "/reference/exit-codes.md");
  std::vector<std::string> rows;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("| ") && line[2] >= '0' && line[2] <= '9') rows.push_back(line);
  }
  return rows;
}

TEST(ExitCodes, AreInTheReferenceAsTheyAreInTheCode) {
  std::vector<std::string> expected;
  for (const exit_code::Meaning& each : exit_code::kAll) {
    expected.push_back("| " + std::to_string(each.code) + " | " + std::string(each.text) + " |");
  }
  EXPECT_EQ(documented(), expected);
}

TEST(ExitCodes, AscendAndAreInTheHelp) {
  EXPECT_TRUE(std::ranges::is_sorted(exit_code::kAll, {}, &exit_code::Meaning::code));
  EXPECT_THAT(run_banyan({"--help"}).out, testing::HasSubstr(exit_code::for_help()));
}

}  // namespace
}  // namespace banyan::test
