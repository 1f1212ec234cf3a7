// SPDX-License-Identifier: Apache-2.0
#include "child.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace banyan::supervision {
namespace {

TEST(Child, ThatCannotBecomeItsProgramIsNoneOfTheGuards) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const posix::Descriptor heard(ends[0]);
  posix::Descriptor told(ends[1]);
  Program program;
  program.command = {"/nowhere/to/be/found"};
  program.directory = std::filesystem::current_path();

  const auto child = start(program, told.number());
  ASSERT_FALSE(child);
  EXPECT_NE(child.error().find("No such file"), std::string::npos) << child.error();
  told.close();
  pid_t group = 0;
  pid_t forgotten = 0;
  ASSERT_EQ(::read(heard.number(), &group, sizeof group), sizeof group);
  ASSERT_EQ(::read(heard.number(), &forgotten, sizeof forgotten), sizeof forgotten);
  EXPECT_GT(group, 0);
  EXPECT_EQ(forgotten, -group);
}

}  // namespace
}  // namespace banyan::supervision
