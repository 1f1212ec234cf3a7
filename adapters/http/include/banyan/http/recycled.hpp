// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include "banyan/http/sanitizers.hpp"

namespace banyan::http {

namespace recycled {

inline constexpr bool kKeeps = !kAddressSanitizer;  // so that use after the end is seen

/// Blocks of one size that a thread has let go of, for its next ones: what a loop makes anew for
/// each request is in its cache still, and the general allocator is not asked.
template <std::size_t Size>
class Blocks {
 public:
  static void* take() {
    if (list.first == nullptr) return ::operator new(Size);
    --list.count;
    return std::exchange(list.first, list.first->next);
  }
  static void give(void* block) noexcept {
    if (!kKeeps || list.over || list.count == kMost) return ::operator delete(block);
    if (list.first == nullptr) empty_at_the_end();
    ++list.count;
    list.first = ::new (block) Free{list.first};
  }

 private:
  static constexpr std::size_t kMost = 256;

  struct Free {
    Free* next;
  };
  /// Has no destructor and so outlives whatever else the thread still destroys.
  struct List {
    Free* first = nullptr;
    std::size_t count = 0;
    bool over = false;  ///< the thread ends: keeps nothing any more
  };
  static inline constinit thread_local List list;

  static void empty_at_the_end() {
    struct AtTheEnd {
      ~AtTheEnd() {
        list.over = true;
        while (list.first != nullptr) {
          ::operator delete(std::exchange(list.first, list.first->next));
        }
      }
    };
    static const thread_local AtTheEnd at_the_end{};
  }
};

template <class T>
struct Allocator {
  using value_type = T;
  Allocator() = default;
  template <class Other>
  Allocator(const Allocator<Other>&) noexcept {}  // NOLINT: as an allocator has it
  T* allocate(std::size_t count) {
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    if (count != 1) return static_cast<T*>(::operator new(count * sizeof(T)));
    return static_cast<T*>(Blocks<sizeof(T)>::take());
  }
  void deallocate(T* block, std::size_t count) noexcept {
    if (count != 1) return ::operator delete(block);
    Blocks<sizeof(T)>::give(block);
  }
  friend bool operator==(const Allocator&, const Allocator&) { return true; }
};

}  // namespace recycled

/// std::make_shared for what lives as long as a request: its memory goes to the next one of the
/// thread that lets go of it. With AddressSanitizer nothing is kept.
template <class T, class... Arguments>
std::shared_ptr<T> make_recycled(Arguments&&... arguments) {
  return std::allocate_shared<T>(recycled::Allocator<T>(), std::forward<Arguments>(arguments)...);
}

}  // namespace banyan::http
