// SPDX-License-Identifier: Apache-2.0
#include "probe.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <system_error>

#include "banyan/posix/descriptor.hpp"

namespace banyan::supervision {
namespace {

/// No descriptor can be had while it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST(AProbe, ForWhichThereIsNoDescriptorIsRefusedWhereSomebodyIsTold) {
  const posix::Descriptor wake(::eventfd(0, EFD_CLOEXEC));
  const NoDescriptors limit;
  EXPECT_THROW(Probe({.endpoint = {"127.0.0.1", 1}, .target = "/"}, wake.number()),
               std::system_error);
}

}  // namespace
}  // namespace banyan::supervision
