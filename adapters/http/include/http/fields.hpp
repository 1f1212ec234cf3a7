// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::http {

/// ASCII only; what field names, schemes and list tokens are compared by.
constexpr bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
  if (left.size() != right.size()) return false;
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] != right[i] && lower(left[i]) != lower(right[i])) return false;
  }
  return true;
}

/// A few names to look others up in, whatever their case. Most are told apart by their length.
template <std::size_t Count>
class NameSet {
 public:
  constexpr explicit NameSet(const std::array<std::string_view, Count>& names) : names_(names) {
    for (const std::string_view name : names) lengths_ |= bit(name);
  }
  constexpr bool contains(std::string_view name) const noexcept {
    if ((lengths_ & bit(name)) == 0) return false;
    for (const std::string_view each : names_) {
      if (equals_ignoring_case(each, name)) return true;
    }
    return false;
  }
  constexpr auto begin() const noexcept { return names_.begin(); }
  constexpr auto end() const noexcept { return names_.end(); }

 private:
  static constexpr std::uint64_t bit(std::string_view name) noexcept {
    return std::uint64_t{1} << (name.size() % 64);
  }
  std::array<std::string_view, Count> names_;
  std::uint64_t lengths_ = 0;
};
template <std::size_t Count>
NameSet(const std::array<std::string_view, Count>&) -> NameSet<Count>;

/// The name of a field as the program has it in its text: found well-formed when it is compiled.
class FieldName {
 public:
  template <std::size_t Size>
  consteval FieldName(const char (&text)[Size])  // NOLINT: converts, and takes a literal only
      : text_(&text[0], Size - 1) {
    for (const char c : text_) {
      const bool fine =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
      if (!fine) throw "a field name has letters, digits and hyphens";
    }
  }
  constexpr std::string_view text() const noexcept { return text_; }

 private:
  std::string_view text_;
};

/// The fields of a message, in their order. Names are found whatever their case. All text is in
/// one arena that keeps its capacity over clear(), so that a connection which reads one message
/// after the other soon allocates nothing. Views that it hands out live until the next change.
///
/// Holds whatever it is given: the parsers let nothing bad in, and the serializers nothing bad out.
class Fields {
  struct Entry {
    std::uint32_t name_at;
    std::uint32_t name_size;
    std::uint32_t value_at;
    std::uint32_t value_size;
    bool proven;
  };

 public:
  struct Field {
    std::string_view name;
    std::string_view value;
    /// A parser has found that both may stand in a message; the serializers need not look again.
    bool proven = false;
    friend bool operator==(const Field& left, const Field& right) {
      return left.name == right.name && left.value == right.value;
    }
  };

  /// Where a field stands in a block of text.
  struct Place {
    std::uint32_t name_at;
    std::uint32_t name_size;
    std::uint32_t value_at;
    std::uint32_t value_size;
  };

  class const_iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    using pointer = const Field*;
    using reference = Field;

    const_iterator() = default;
    Field operator*() const { return fields_->at(index_); }
    const_iterator& operator++() {
      ++index_;
      return *this;
    }
    const_iterator operator++(int) {
      const_iterator before = *this;
      ++index_;
      return before;
    }
    friend bool operator==(const const_iterator&, const const_iterator&) = default;

   private:
    friend class Fields;
    const_iterator(const Fields* fields, std::size_t index) : fields_(fields), index_(index) {}
    const Fields* fields_ = nullptr;
    std::size_t index_ = 0;
  };

  Fields() = default;
  Fields(std::initializer_list<Field> fields);

  /// Appends. The views must not point into these same fields.
  void add(std::string_view name, std::string_view value);
  /// In place of all that is here: fields of a block that a parser has checked. One copy for all.
  void adopt(std::string_view block, std::span<const Place> places);
  /// Replaces every field of that name by one, at the end.
  void set(std::string_view name, std::string_view value);
  /// How many there were.
  std::size_t remove(std::string_view name);
  /// Takes out those for which `condition(field)` holds.
  template <class Condition>
  std::size_t remove_if(const Condition& condition) {
    return std::erase_if(entries_, [&](const Entry& entry) { return condition(field(entry)); });
  }
  void clear() noexcept;

  /// The first one of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }
  /// Whether one of the fields of that name, read as a comma-separated list, holds the token.
  bool has_token(std::string_view name, std::string_view token) const;

  Field at(std::size_t index) const { return field(entries_[index]); }
  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }
  const_iterator begin() const { return {this, 0}; }
  const_iterator end() const { return {this, entries_.size()}; }

  /// Same fields in the same order, names in whatever case.
  friend bool operator==(const Fields& left, const Fields& right);

 private:
  Field field(const Entry& entry) const {
    return {{text_.data() + entry.name_at, entry.name_size},
            {text_.data() + entry.value_at, entry.value_size},
            entry.proven};
  }

  std::string text_;
  std::vector<Entry> entries_;
};

}  // namespace banyan::http
