// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/instance_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "banyan/test/temporary_folder.hpp"

namespace banyan::http {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(InstanceLock, KeepsASecondInstanceOutUntilTheFirstEnds) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "lock";
  {
    const InstanceLock first(file);
    try {
      const InstanceLock second(file, "begone");
      FAIL() << "two instances hold " << file;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(),
                  AllOf(HasSubstr(file.string()), HasSubstr("stop it first, or begone"),
                        HasSubstr(std::to_string(::getpid()))));
    }
  }
  EXPECT_FALSE(std::filesystem::exists(file));
  const InstanceLock again(file);
}

TEST(InstanceLock, IsHeldByOneOfManyAtMost) {
  const test::TemporaryFolder folder;
  std::atomic<int> holders = 0;
  std::atomic<int> held = 0;
  {
    std::vector<std::jthread> rivals;
    for (int rival = 0; rival < 4; ++rival) {
      rivals.emplace_back([&] {
        for (int attempt = 0; attempt < 300; ++attempt) {
          try {
            const InstanceLock lock(folder.path() / "lock");
            EXPECT_EQ(++holders, 1);
            ++held;
            --holders;
          } catch (const std::runtime_error&) {
          }
        }
      });
    }
  }
  EXPECT_GT(held, 0);
}

TEST(InstanceLock, BelongsToWhoeverHasTheOpenFileAndIsGivenUpByTheLast) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "lock";
  std::optional<InstanceLock> first(file);
  std::optional<InstanceLock> second = InstanceLock::adopt(file, first->duplicate());
  ASSERT_TRUE(second);
  // It has not been handed over: its end changes nothing.
  second.reset();
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_THROW(InstanceLock{file}, std::runtime_error);

  second = InstanceLock::adopt(file, first->duplicate());
  first->leave_file();
  second->own_file();
  first.reset();
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_THROW(InstanceLock{file}, std::runtime_error);
  second.reset();
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(InstanceLock, IsGivenUpWithItsNextHolderByWhoeverHasLeftIt) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "lock";
  InstanceLock first(file);
  std::optional<InstanceLock> second = InstanceLock::adopt(file, first.duplicate());
  first.leave_file();
  EXPECT_THROW(InstanceLock{file}, std::runtime_error);
  second.reset();
  const InstanceLock third(file);
  EXPECT_EQ(first.file(), file);
}

TEST(InstanceLock, IsNotAdoptedFromAnotherFile) {
  const test::TemporaryFolder folder;
  const InstanceLock one(folder.path() / "one");
  const InstanceLock other(folder.path() / "other");
  EXPECT_FALSE(InstanceLock::adopt(folder.path() / "one", other.duplicate()));
  EXPECT_FALSE(InstanceLock::adopt(folder.path() / "missing", other.duplicate()));
}

/// The locks of addresses, with folders of the test in place of the system's.
struct EndpointLock : testing::Test {
  EndpointLock() {
    ::unsetenv("XDG_RUNTIME_DIR");
    ::setenv("TMPDIR", folder.path().c_str(), 1);
  }
  ~EndpointLock() override {
    ::unsetenv("TMPDIR");
    if (runtime) ::setenv("XDG_RUNTIME_DIR", runtime->c_str(), 1);
  }
  static std::optional<std::string> variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  }
  std::filesystem::path own() const {
    return folder.path() / ("banyan-" + std::to_string(::geteuid()));
  }

  const std::optional<std::string> runtime = variable("XDG_RUNTIME_DIR");
  const test::TemporaryFolder folder;
  const Endpoint address{"127.0.0.1", 8080};
};

TEST_F(EndpointLock, LiesInAFolderOfTheUser) {
  const auto lock = InstanceLock::for_endpoint(address);
  EXPECT_TRUE(std::filesystem::exists(own() / "banyan-127.0.0.1_8080.lock"));
  EXPECT_EQ(std::filesystem::status(own()).permissions(), std::filesystem::perms::owner_all);
  EXPECT_THROW(InstanceLock::for_endpoint(address), std::runtime_error);
}

TEST_F(EndpointLock, IsTheSameHoweverAnAddressIsSpelled) {
  const auto lock = InstanceLock::for_endpoint({"::1", 8080});
  EXPECT_THROW(InstanceLock::for_endpoint({"0:0:0:0:0:0:0:1", 8080}), std::runtime_error);
}

TEST_F(EndpointLock, PrefersTheRuntimeFolderOfTheUser) {
  const auto given = folder.path() / "runtime";
  std::filesystem::create_directory(given);
  ::setenv("XDG_RUNTIME_DIR", given.c_str(), 1);
  const auto lock = InstanceLock::for_endpoint(address);
  EXPECT_TRUE(std::filesystem::exists(given / "banyan-127.0.0.1_8080.lock"));
}

TEST_F(EndpointLock, RefusesAFolderInWhichOthersCouldMeddle) {
  const auto refused = [&] {
    try {
      InstanceLock::for_endpoint(address);
      return std::string("taken");
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
  };
  std::filesystem::create_directory(folder.path() / "elsewhere");
  std::filesystem::create_directory_symlink(folder.path() / "elsewhere", own());
  EXPECT_THAT(refused(), AllOf(HasSubstr(own().string()), HasSubstr("remove it, or name another")));
  std::filesystem::remove(own());
  std::filesystem::create_directory(own());
  std::filesystem::permissions(own(), std::filesystem::perms::all);
  EXPECT_THAT(refused(), HasSubstr("remove it, or name another"));
  if (::geteuid() == 0) {  // only root can give a folder away
    std::filesystem::permissions(own(), std::filesystem::perms::owner_all);
    ASSERT_EQ(::chown(own().c_str(), 1, 1), 0);
    EXPECT_THAT(refused(), HasSubstr("(it belongs to "));
  }
}

}  // namespace
}  // namespace banyan::http
