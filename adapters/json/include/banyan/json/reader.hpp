// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/json/shape.hpp"
#include "banyan/kernel/error.hpp"

namespace banyan::json {

/// Asking is strict, answering may grow: requests are read Strict, so that a misspelt field is
/// told and not lost; answers are read Tolerant, so that a provider may add fields.
enum class Reading : std::uint8_t {
  Strict,    ///< unknown fields are refused
  Tolerant,  ///< unknown fields are ignored
};

/// What is checked on the bytes before anything is parsed.
struct Bounds {
  std::size_t max_bytes = 1024 * 1024;
  std::size_t max_depth = 32;  ///< of arrays and objects in each other
};

/// Everything that is wrong with a request, so that its author hears all of it at once. Keeps the
/// first 32.
class Problems {
 public:
  static constexpr std::size_t kMax = 32;

  /// `where` is a JSON pointer.
  void add(std::string where, std::string problem);
  /// The text is no JSON at all, which is another rule.
  void not_json(std::string where, std::string problem);
  bool empty() const { return details_.empty(); }
  bool full() const { return details_.size() >= kMax; }

  /// InvalidArgument, "banyan.invalid_json" or "banyan.invalid_request". `what` is what was read:
  /// "the request".
  Error error(std::string_view what) &&;

 private:
  std::vector<Detail> details_;
  std::size_t more_ = 0;
  bool is_json_ = true;
};

/// `base` with one more step, escaped (RFC 6901).
std::string pointer_to(std::string_view base, std::string_view step);
std::string pointer_to(std::string_view base, std::size_t index);

/// Reads the text into a default-constructed value of that shape; the value is of no use when
/// there are problems afterwards. `mask` restricts an object's fields; one outside is unknown.
void read_json(const Shape& shape, void* value, std::string_view text, Reading reading,
               const Bounds& bounds, FieldMask mask, Problems& problems);

/// Reads a scalar from a path segment or a query value, which is text without quotes.
void read_scalar(const Shape& shape, void* value, std::string_view text, const Limit* limit,
                 const std::string& where, Problems& problems);

/// Says what a limit refuses about `size` items of a list.
void check_items(const Limit* limit, std::size_t size, const std::string& where,
                 Problems& problems);

/// What a reader should have found: "an integer from 0 to 255", "one of placed, reserved".
std::string expected(const Shape& shape);

}  // namespace banyan::json
