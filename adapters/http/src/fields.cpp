// SPDX-License-Identifier: Apache-2.0
#include "http/fields.hpp"

#include "characters.hpp"

namespace banyan::http {

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto lower = [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    if (lower(left[i]) != lower(right[i])) return false;
  }
  return true;
}

Fields::Fields(std::initializer_list<Field> fields) {
  for (const Field& field : fields) add(field.name, field.value);
}

void Fields::add(std::string_view name, std::string_view value) {
  entries_.push_back({static_cast<std::uint32_t>(text_.size()),
                      static_cast<std::uint32_t>(name.size()),
                      static_cast<std::uint32_t>(value.size())});
  text_.append(name).append(value);
}

void Fields::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

std::size_t Fields::remove(std::string_view name) {
  // The text stays in the arena until clear(): a message does not live long.
  return std::erase_if(entries_, [&](const Entry& entry) {
    return equals_ignoring_case({text_.data() + entry.name_at, entry.name_size}, name);
  });
}

void Fields::clear() noexcept {
  text_.clear();
  entries_.clear();
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
  for (const Field field : *this) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t Fields::count(std::string_view name) const {
  std::size_t found = 0;
  for (const Field field : *this) found += equals_ignoring_case(field.name, name) ? 1 : 0;
  return found;
}

bool Fields::has_token(std::string_view name, std::string_view token) const {
  for (const Field field : *this) {
    if (!equals_ignoring_case(field.name, name)) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      if (equals_ignoring_case(trimmed(rest.substr(0, comma)), token)) return true;
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
  }
  return false;
}

Fields::Field Fields::at(std::size_t index) const {
  const Entry& entry = entries_[index];
  return {{text_.data() + entry.name_at, entry.name_size},
          {text_.data() + entry.name_at + entry.name_size, entry.value_size}};
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
