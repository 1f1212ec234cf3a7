// SPDX-License-Identifier: Apache-2.0
#include "banyan/succession/stop_request.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace banyan::succession {
namespace {

sigset_t blocked_here() {
  sigset_t blocked;
  sigemptyset(&blocked);
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  sigset_t ends;
  sigemptyset(&ends);
  for (const int each : {SIGTERM, SIGINT, SIGQUIT}) {
    if (sigismember(&blocked, each) == 1) sigaddset(&ends, each);
  }
  return ends;
}

}  // namespace

StopRequest::StopRequest() {
  const sigset_t ends = blocked_here();
  signals_ = posix::Descriptor(::signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_.valid()) {
    throw std::system_error(errno, std::generic_category(), "cannot look for signals");
  }
}

bool StopRequest::made() const {
  pollfd watched{signals_.number(), POLLIN, 0};
  return ::poll(&watched, 1, 0) == 1;
}

}  // namespace banyan::succession
