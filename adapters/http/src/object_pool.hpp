// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace banyan::http {

/// What was used on a loop and is used there again, so that the next message finds memory which is
/// allocated and in the processor's cache, and what is idle holds none. On its loop only.
template <class T>
class ObjectPool {
 public:
  explicit ObjectPool(std::size_t most) : most_(most) {}

  /// A spare one, as it was given, or else a new one of these arguments.
  template <class... Arguments>
  std::unique_ptr<T> take(const Arguments&... arguments) {
    if (all_.empty()) return std::make_unique<T>(arguments...);
    std::unique_ptr<T> one = std::move(all_.back());
    all_.pop_back();
    return one;
  }
  void give(std::unique_ptr<T> one) {
    if (one != nullptr && all_.size() < most_) all_.push_back(std::move(one));
  }

 private:
  std::size_t most_;
  std::vector<std::unique_ptr<T>> all_;
};

/// The same for text that is put together to be sent.
class SpareTexts {
 public:
  /// Empty, with room in it if there is one.
  std::string take() {
    if (all_.empty()) return {};
    std::string text = std::move(all_.back());
    all_.pop_back();
    return text;
  }
  /// Not what was unusually long, nor what has no memory of its own.
  void give(std::string text) {
    const bool fit = text.capacity() > std::string().capacity() && text.capacity() <= kLongest;
    if (!fit || all_.size() == kMost) return;
    text.clear();
    all_.push_back(std::move(text));
  }

 private:
  static constexpr std::size_t kMost = 64;
  static constexpr std::size_t kLongest = 16384;
  std::vector<std::string> all_;
};

}  // namespace banyan::http
