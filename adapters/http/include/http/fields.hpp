// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::http {

/// ASCII only; what field names, schemes and list tokens are compared by.
bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept;

/// The fields of a message, in their order. Names are found whatever their case. All text is in
/// one arena that keeps its capacity over clear(), so that a connection which reads one message
/// after the other soon allocates nothing. Views that it hands out live until the next change.
///
/// Holds whatever it is given: the parsers let nothing bad in, and the serializers nothing bad out.
class Fields {
  struct Entry {
    std::uint32_t name_at;
    std::uint32_t name_size;
    std::uint32_t value_size;  ///< the value follows its name
  };

 public:
  struct Field {
    std::string_view name;
    std::string_view value;
    friend bool operator==(const Field&, const Field&) = default;
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
  /// Replaces every field of that name by one, at the end.
  void set(std::string_view name, std::string_view value);
  /// How many there were.
  std::size_t remove(std::string_view name);
  void clear() noexcept;

  /// The first one of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }
  /// Whether one of the fields of that name, read as a comma-separated list, holds the token.
  bool has_token(std::string_view name, std::string_view token) const;

  Field at(std::size_t index) const;
  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }
  const_iterator begin() const { return {this, 0}; }
  const_iterator end() const { return {this, entries_.size()}; }

  /// Same fields in the same order, names in whatever case.
  friend bool operator==(const Fields& left, const Fields& right);

 private:
  std::string text_;
  std::vector<Entry> entries_;
};

}  // namespace banyan::http
