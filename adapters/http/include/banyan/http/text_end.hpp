// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace banyan::http {

/// The digits of a number, to be appended.
class Number {
 public:
  explicit Number(std::uint64_t number, int base = 10)
      : end_(std::to_chars(digits_.data(), digits_.data() + digits_.size(), number, base).ptr) {}
  Number(const Number&) = delete;  // it has its digits in itself
  Number& operator=(const Number&) = delete;
  operator std::string_view() const { return {digits_.data(), end_}; }  // NOLINT: converts

 private:
  std::array<char, 24> digits_;
  const char* end_;
};

/// The end of a text that is written in many small pieces: only a pointer moves. From here to
/// close() the text is as long as its room, and what was written is seen through this alone.
class TextEnd {
 public:
  explicit TextEnd(std::string& text) : text_(text) { open(text.size(), 0); }
  ~TextEnd() {
    if (at_ != nullptr) close();
  }
  TextEnd(const TextEnd&) = delete;
  TextEnd& operator=(const TextEnd&) = delete;

  /// One after the other. None of them is a part of the text itself.
  template <class... Pieces>
  TextEnd& append(const Pieces&... pieces) {
    return append_all(std::string_view(pieces)...);
  }
  TextEnd& append(char c) { return append_all(std::string_view(&c, 1)); }

  /// Of the whole text, what was there before included.
  std::size_t size() const noexcept { return static_cast<std::size_t>(at_ - text_.data()); }
  std::string_view since(std::size_t begin) const noexcept {
    return {text_.data() + begin, size() - begin};
  }
  /// Takes back what was written from there on.
  void cut(std::size_t behind) noexcept { at_ = text_.data() + std::min(behind, size()); }
  /// From here on the text is what was written, and this is no more of use.
  void close() {
    const std::size_t written = size();
    text_.resize_and_overwrite(written, [&](char*, std::size_t) { return written; });
    at_ = end_ = nullptr;
  }

 private:
  static constexpr std::size_t kRoom = 1024;

  template <class... Pieces>
  TextEnd& append_all(Pieces... pieces) {
    const std::size_t wanted = (pieces.size() + ...);
    if (wanted > static_cast<std::size_t>(end_ - at_)) [[unlikely]]
      open(size(), wanted);
    ((at_ += pieces.copy(at_, pieces.size())), ...);
    return *this;
  }
  void open(std::size_t written, std::size_t wanted) {
    const std::size_t size = written + std::max(wanted, kRoom);
    // libstdc++ 12 passes the capacity that it has chosen for the size that was asked for.
    text_.resize_and_overwrite(size, [&](char*, std::size_t) { return size; });
    at_ = text_.data() + written;
    end_ = text_.data() + size;
  }

  std::string& text_;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace banyan::http
