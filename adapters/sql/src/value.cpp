// SPDX-License-Identifier: Apache-2.0
#include "banyan/sql/value.hpp"

#include <array>

#include "banyan/sql/fault.hpp"

namespace banyan::sql {

std::string_view kind_of(const Value& value) {
  static constexpr std::array<std::string_view, 5> kinds = {"NULL", "an integer", "a real number",
                                                            "text", "a blob"};
  return kinds.at(value.index());
}

Kind kind_of_value(const Value& value) {
  if (std::holds_alternative<std::int64_t>(value)) return Kind::Integer;
  if (std::holds_alternative<double>(value)) return Kind::Real;
  if (std::holds_alternative<Blob>(value)) return Kind::Blob;
  return Kind::Text;
}

void wrong_kind(const Value& value, std::string_view wanted) {
  std::string text = "a column or parameter holds ";
  text += kind_of(value);
  text += " where the C++ type takes ";
  text += wanted;
  text += ". Correct the type, or read it as std::optional when it may be NULL.";
  throw Fault(FaultKind::Misuse, text);
}

}  // namespace banyan::sql
