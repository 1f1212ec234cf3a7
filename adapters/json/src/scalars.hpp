// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "banyan/json/reader.hpp"
#include "banyan/json/shape.hpp"

namespace banyan::json {

/// Store one value, or say what is wrong with it: the part of reading that JSON documents, path
/// segments and query values share. `where` is computed only when there is a problem.
class ScalarReader {
 public:
  ScalarReader(const Shape& shape, void* value, const Limit* limit)
      : shape_(shape), value_(value), limit_(limit) {}

  /// Each returns "" or the problem.
  std::string boolean(bool flag) const;
  std::string integer(std::int64_t number) const;
  std::string integer(std::uint64_t number) const;
  std::string number(double number, std::string_view raw) const;
  /// A JSON string.
  std::string text(std::string_view text) const;
  std::string wrong_type(std::string_view got) const;

 private:
  template <class Integer>
  std::string any_integer(Integer number) const;
  std::string enumerator(std::string_view text) const;

  const Shape& shape_;
  void* value_;
  const Limit* limit_;
};

/// "" or e.g. "at least 1 item expected, got 0".
std::string check_size(const Limit* limit, std::size_t size, std::string_view unit);

}  // namespace banyan::json
