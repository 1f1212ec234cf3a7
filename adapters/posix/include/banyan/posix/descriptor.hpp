// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <utility>

namespace banyan::posix {

/// A file descriptor that is closed once, by its owner.
///
/// Not for what must stay open when its owner ends. With the first descriptor of a file that a
/// process closes go all record locks (fcntl) that the process has on that file, those of SQLite's
/// connections among them; flock(2) and locks of open files (F_OFD_SETLK) do not mind.
class Descriptor {
 public:
  Descriptor() = default;
  /// Of what open(2), socket(2), … return: a negative number is none, and errno stays as it is.
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  /// What it had before is closed at once.
  Descriptor& operator=(Descriptor&& other) noexcept {
    Descriptor taken(std::move(other));
    std::swap(number_, taken.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const noexcept { return number_; }
  bool valid() const noexcept { return number_ >= 0; }
  /// Gives it up: from now on the caller has to close it.
  int release() noexcept { return std::exchange(number_, -1); }
  void close() noexcept {
    if (valid()) ::close(release());
  }

 private:
  int number_ = -1;
};

}  // namespace banyan::posix
