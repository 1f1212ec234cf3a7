// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/random.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

namespace banyan {
namespace {

// Fetches a block at a time: one system call serves 64 numbers of a thread.
class SystemRandom final : public Random {
 public:
  std::uint64_t next() override {
    static thread_local std::array<std::uint64_t, 64> block;
    static thread_local std::size_t used = block.size();
    if (used == block.size()) {
      fill(block);
      used = 0;
    }
    return block.at(used++);
  }

 private:
  static void fill(std::array<std::uint64_t, 64>& block) {
    auto* bytes = reinterpret_cast<std::byte*>(block.data());
    std::size_t filled = 0;
    while (filled < sizeof block) {
      const ssize_t got = ::getrandom(bytes + filled, sizeof block - filled, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw std::system_error(errno, std::generic_category(), "getrandom");
      filled += static_cast<std::size_t>(got);
    }
  }
};

}  // namespace

Random& system_random() {
  static SystemRandom random;
  return random;
}

// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014.
std::uint64_t SeededRandom::next() {
  std::uint64_t z = (state_ += 0x9E37'79B9'7F4A'7C15ULL);
  z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBULL;
  return z ^ (z >> 31U);
}

}  // namespace banyan
