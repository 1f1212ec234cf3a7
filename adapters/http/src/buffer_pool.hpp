// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace banyan::http {

/// Room for what is read from a socket.
struct Buffer {
  std::unique_ptr<char[]> bytes;  // NOLINT(modernize-avoid-c-arrays): uninitialised on purpose
  std::size_t size = 0;
};

/// Buffers of one loop. A connection has one only while it holds bytes that were read and are not
/// used up, so that ten thousand idle clients cost none, and a busy loop reads into the same few,
/// which are in the processor's cache. On its loop only.
class BufferPool {
 public:
  /// What a message of the usual size fits into, and what bodies stream through: 64 KiB, and the
  /// head of an answer that has just as many.
  static constexpr std::array<std::size_t, 2> kSizes = {16 * 1024, 72 * 1024};

  /// At least that many bytes.
  Buffer take(std::size_t size) {
    for (std::size_t kind = 0; kind < kSizes.size(); ++kind) {
      if (size > kSizes[kind]) continue;
      if (spare_[kind].empty()) return make(kSizes[kind]);
      Buffer buffer = std::move(spare_[kind].back());
      spare_[kind].pop_back();
      return buffer;
    }
    return make(size);
  }

  void give(Buffer buffer) {
    for (std::size_t kind = 0; kind < kSizes.size(); ++kind) {
      if (buffer.size == kSizes[kind] && spare_[kind].size() < kSpares) {
        spare_[kind].push_back(std::move(buffer));
        return;
      }
    }
  }

 private:
  static constexpr std::size_t kSpares = 64;

  static Buffer make(std::size_t size) {
    return {std::make_unique_for_overwrite<char[]>(size), size};
  }

  std::array<std::vector<Buffer>, kSizes.size()> spare_;
};

}  // namespace banyan::http
