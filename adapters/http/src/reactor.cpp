// SPDX-License-Identifier: Apache-2.0
#include "reactor.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace banyan::http {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Reactor::Reactor() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_.valid()) fail("cannot make an epoll instance");
  waker_ = posix::Descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!waker_.valid()) fail("cannot make an event descriptor");
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
  if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, waker_.number(), &event) != 0) {
    fail("cannot watch an event descriptor");
  }
}

std::error_code Reactor::watch(int descriptor, Watched& what, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = &what}};
  if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    return {errno, std::generic_category()};
  }
  watched_.push_back(what);
  return {};
}

void Reactor::forget(int descriptor, Watched& what) noexcept {
  if (!what.Listed<Reactor>::is_linked()) return;
  what.Listed<Reactor>::unlink();
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, descriptor, nullptr);
  for (epoll_event& event : left_) {
    if (event.data.ptr == &what) event.data.ptr = nullptr;
  }
}

SteadyTime Reactor::wait(int milliseconds) {
  const int count =
      ::epoll_wait(epoll_.number(), found_.data(), static_cast<int>(found_.size()), milliseconds);
  left_ = std::span(found_).first(static_cast<std::size_t>(std::max(count, 0)));
  return std::chrono::steady_clock::now();
}

void Reactor::wake() noexcept {
  // Edge-triggered and never read: each write is an edge. A counter that is full wakes as well.
  ::eventfd_write(waker_.number(), 1);
}

}  // namespace banyan::http
