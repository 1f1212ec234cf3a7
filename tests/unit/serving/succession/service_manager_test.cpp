// SPDX-License-Identifier: Apache-2.0
#include "banyan/succession/service_manager.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "banyan/posix/descriptor.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace banyan::succession {
namespace {

TEST(ServiceManager, IsToldThatThisProcessIsTheServiceNow) {
  const test::TemporaryFolder folder;
  const std::string path = (folder.path() / "notify").string();
  const posix::Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  path.copy(&where.sun_path[0], path.size());
  ASSERT_EQ(::bind(socket.number(), reinterpret_cast<sockaddr*>(&where), sizeof where), 0);

  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  EXPECT_TRUE(tell_service_manager());
  ::unsetenv("NOTIFY_SOCKET");

  std::array<char, 200> told{};
  const ssize_t size = ::recv(socket.number(), told.data(), told.size(), MSG_DONTWAIT);
  ASSERT_GT(size, 0);
  EXPECT_EQ(std::string(told.data(), static_cast<std::size_t>(size)),
            "READY=1\nMAINPID=" + std::to_string(::getpid()) + "\n");
  EXPECT_FALSE(tell_service_manager()) << "nobody asks for it";
}

}  // namespace
}  // namespace banyan::succession
