// SPDX-License-Identifier: Apache-2.0
#include "http/fields.hpp"

#include "http/list.hpp"

namespace banyan::http {

Fields::Fields(std::initializer_list<Field> fields) {
  for (const Field& field : fields) add(field.name, field.value);
}

void Fields::add(std::string_view name, std::string_view value) {
  const auto at = static_cast<std::uint32_t>(text_.size());
  const auto name_size = static_cast<std::uint32_t>(name.size());
  entries_.push_back(
      {at, name_size, at + name_size, static_cast<std::uint32_t>(value.size()), false});
  text_.append(name).append(value);
}

void Fields::adopt(std::string_view block, std::span<const Place> places) {
  text_.assign(block);
  entries_.clear();
  for (const Place& place : places) {
    entries_.push_back({place.name_at, place.name_size, place.value_at, place.value_size, true});
  }
}

void Fields::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

std::size_t Fields::remove(std::string_view name) {
  // The text stays in the arena until clear(): a message does not live long.
  return remove_if([&](const Field& field) { return equals_ignoring_case(field.name, name); });
}

void Fields::clear() noexcept {
  text_.clear();
  entries_.clear();
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
  for (const Entry& entry : entries_) {
    if (entry.name_size != name.size()) continue;
    const Field found = field(entry);
    if (equals_ignoring_case(found.name, name)) return found.value;
  }
  return std::nullopt;
}

std::size_t Fields::count(std::string_view name) const {
  std::size_t found = 0;
  for (const Entry& entry : entries_) {
    found += entry.name_size == name.size() && equals_ignoring_case(field(entry).name, name);
  }
  return found;
}

bool Fields::has_token(std::string_view name, std::string_view token) const {
  for (const Field field : *this) {
    if (!equals_ignoring_case(field.name, name)) continue;
    if (any_element(field.value, [&](std::string_view element) {
          return equals_ignoring_case(element, token);
        })) {
      return true;
    }
  }
  return false;
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
