// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/fields.hpp"

#include "banyan/http/list.hpp"

namespace banyan::http {

Fields::Fields(std::initializer_list<Field> fields) {
  for (const Field& field : fields) add(field.name, field.value);
}

void Fields::add(std::string_view name, std::string_view value) {
  const auto at = static_cast<std::uint32_t>(text_.size());
  const auto name_size = static_cast<std::uint32_t>(name.size());
  note({at, name_size, at + name_size, static_cast<std::uint32_t>(value.size()), known_field(name),
        false});
  text_.append(name).append(value);
}

void Fields::adopt(std::string_view block, std::span<const Place> places) {
  clear();
  text_.assign(block);
  for (const Place& place : places) {
    note({place.name_at, place.name_size, place.value_at, place.value_size,
          known_field(block.substr(place.name_at, place.name_size)), true});
  }
}

void Fields::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

std::size_t Fields::remove(SoughtName name) {
  // The text stays in the arena until clear(): a message does not live long.
  return remove_if([&](const Field& field) { return field.is(name); });
}

void Fields::clear() noexcept {
  text_.clear();
  entries_.clear();
  seen_ = 0;
}

bool Fields::has_token(SoughtName name, std::string_view token) const {
  bool found = false;
  each(name, [&](std::string_view list) {
    found = found || any_element(list, [&](std::string_view element) {
              return equals_ignoring_case(element, token);
            });
  });
  return found;
}

bool operator==(const Fields& left, const Fields& right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const Fields::Field a = left.at(i);
    const Fields::Field b = right.at(i);
    if (!equals_ignoring_case(a.name, b.name) || a.value != b.value) return false;
  }
  return true;
}

}  // namespace banyan::http
