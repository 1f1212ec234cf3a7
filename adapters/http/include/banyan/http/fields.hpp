// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "banyan/http/known_fields.hpp"

namespace banyan::http {

/// A name to look for: one of the program's text, whose number is known when it is compiled, or any
/// other.
class SoughtName {
 public:
  template <std::size_t Size>
  consteval SoughtName(const char (&text)[Size])  // NOLINT: converts
      : SoughtName(FieldName(text)) {}
  constexpr SoughtName(FieldName name) noexcept  // NOLINT: converts
      : text_(name.text()), known_(name.known()) {}
  template <class Text>
    requires(std::convertible_to<const Text&, std::string_view> && !std::is_array_v<Text>)
  constexpr SoughtName(const Text& text) noexcept  // NOLINT: converts
      : text_(text), known_(known_field(text_)) {}

  constexpr std::string_view text() const noexcept { return text_; }
  constexpr KnownField known() const noexcept { return known_; }

 private:
  std::string_view text_;
  KnownField known_;
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
    KnownField known;
    bool proven;
  };

 public:
  struct Field {
    Field(std::string_view its_name, std::string_view its_value) noexcept
        : Field(its_name, its_value, known_field(its_name), false) {}

    std::string_view name;
    std::string_view value;
    KnownField known;
    /// A parser has found that both may stand in a message; the serializers need not look again.
    bool proven;

    bool is(SoughtName wanted) const noexcept {
      return known == wanted.known() && (known != 0 || equals_ignoring_case(name, wanted.text()));
    }
    friend bool operator==(const Field& left, const Field& right) {
      return left.name == right.name && left.value == right.value;
    }

   private:
    friend class Fields;
    Field(std::string_view its_name, std::string_view its_value, KnownField number,
          bool is_proven) noexcept
        : name(its_name), value(its_value), known(number), proven(is_proven) {}
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
  std::size_t remove(SoughtName name);
  /// Takes out those for which `condition(field)` holds.
  template <class Condition>
  std::size_t remove_if(const Condition& condition) {
    return std::erase_if(entries_, [&](const Entry& entry) { return condition(field(entry)); });
  }
  void clear() noexcept;

  /// The first one of that name.
  std::optional<std::string_view> find(SoughtName name) const {
    for (const Entry* entry = first(name); entry != past(); ++entry) {
      if (is(*entry, name)) return field(*entry).value;
    }
    return std::nullopt;
  }
  std::size_t count(SoughtName name) const {
    std::size_t found = 0;
    for (const Entry* entry = first(name); entry != past(); ++entry) found += is(*entry, name);
    return found;
  }
  bool contains(SoughtName name) const { return find(name).has_value(); }
  /// Calls `use(value)` for each field of that name, in their order.
  template <class Use>
  void each(SoughtName name, const Use& use) const {
    for (const Entry* entry = first(name); entry != past(); ++entry) {
      if (is(*entry, name)) use(field(*entry).value);
    }
  }
  /// Whether one of the fields of that name, read as a comma-separated list, holds the token.
  bool has_token(SoughtName name, std::string_view token) const;

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
            entry.known,
            entry.proven};
  }
  bool is(const Entry& entry, SoughtName name) const noexcept {
    if (entry.known != name.known()) return false;
    return entry.known != 0 ||
           (entry.name_size == name.text().size() &&
            equals_ignoring_case({text_.data() + entry.name_at, entry.name_size}, name.text()));
  }
  /// Where a search begins: at the end when there can be none of that name.
  const Entry* first(SoughtName name) const noexcept {
    return (seen_ >> name.known() & 1U) != 0 ? entries_.data() : past();
  }
  const Entry* past() const noexcept { return entries_.data() + entries_.size(); }
  void note(const Entry& entry) {
    entries_.push_back(entry);
    seen_ |= std::uint64_t{1} << entry.known;
  }

  std::string text_;
  std::vector<Entry> entries_;
  /// By the number of their names, those that are here, and perhaps some that were removed.
  std::uint64_t seen_ = 0;
};

}  // namespace banyan::http
