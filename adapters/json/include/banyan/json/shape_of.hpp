// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "banyan/json/all_described.hpp"
#include "banyan/json/reader.hpp"
#include "banyan/json/shape.hpp"
#include "banyan/json/text_of.hpp"
#include "banyan/kernel/money.hpp"

namespace banyan::json {

/// The shape of a type that may cross a boundary. Any other type does not compile and says why.
template <class T>
constexpr const Shape& shape_of();

namespace detail {

template <class T>
inline constexpr bool is_optional_type = false;
template <class T>
inline constexpr bool is_optional_type<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector_type = false;
template <class T>
inline constexpr bool is_vector_type<std::vector<T>> = true;
template <class T>
inline constexpr bool is_map_type = false;
template <class T>
inline constexpr bool is_map_type<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool is_view = std::is_same_v<T, std::string_view>;
template <class T, std::size_t N>
inline constexpr bool is_view<std::span<T, N>> = true;
template <class T>
inline constexpr bool is_handle = std::is_pointer_v<T> || std::is_member_pointer_v<T>;
template <class T, class D>
inline constexpr bool is_handle<std::unique_ptr<T, D>> = true;
template <class T>
inline constexpr bool is_handle<std::shared_ptr<T>> = true;
template <class T>
inline constexpr bool is_handle<std::weak_ptr<T>> = true;
template <class T>
inline constexpr bool is_handle<std::reference_wrapper<T>> = true;
template <class T>
inline constexpr bool is_callable = false;
template <class Signature>
inline constexpr bool is_callable<std::function<Signature>> = true;
template <class Signature>
inline constexpr bool is_callable<std::move_only_function<Signature>> = true;

template <class T>
concept DescribedStruct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;
template <class T>
concept DescribedEnum = boost::describe::has_describe_enumerators<T>::value;

template <class T>
consteval std::string_view type_name() {
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_prefix(name.find("T = ") + 4);
  return name.substr(0, name.find_first_of(";]"));
}

/// OutOfStock -> out_of_stock. Counts only when `out` is null.
constexpr std::size_t snake_case(std::string_view name, char* out) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  std::size_t size = 0;
  const auto put = [&](char c) {
    if (out != nullptr) out[size] = c;
    ++size;
  };
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool word = i > 0 && upper(name[i]) && name[i - 1] != '_' &&
                      (!upper(name[i - 1]) || (i + 1 < name.size() && !upper(name[i + 1])));
    if (word) put('_');
    put(upper(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i]);
  }
  return size;
}

template <class Descriptor>
struct WireName {
  static constexpr std::size_t kSize = snake_case(Descriptor::name, nullptr);
  static constexpr auto kText = [] {
    std::array<char, kSize> text{};
    snake_case(Descriptor::name, text.data());
    return text;
  }();
  static constexpr std::string_view value{kText.data(), kSize};
};

template <class T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public |
                                                           boost::describe::mod_inherited>;

template <class T>
constexpr const Limit* limit_of(std::string_view field) {
  if constexpr (requires { T::limits; }) {
    for (const Limit& limit : T::limits) {
      if (limit.field == field) return &limit;
    }
  }
  return nullptr;
}

template <class T>
constexpr const Likeness* likeness_of(std::string_view field) {
  if constexpr (requires { T::likeness; }) {
    for (const Likeness& likeness : T::likeness) {
      if (likeness.field == field) return &likeness;
    }
  }
  return nullptr;
}

constexpr bool can_be(Alike as, Kind kind) {
  switch (as) {
    case Alike::Near: return kind == Kind::Integer || kind == Kind::Number || kind == Kind::Text;
    case Alike::AnyOrder: return kind == Kind::Array;
    case Alike::Generated:
      return kind == Kind::Integer || kind == Kind::String || kind == Kind::Text;
    case Alike::SameForm:
    case Alike::Exact: return true;
  }
  return false;
}

/// Every likeness names a field, and one whose values can be compared like that.
template <class T>
constexpr bool likenesses_fit(std::span<const Field> fields) {
  if constexpr (requires { T::likeness; }) {
    for (const Likeness& likeness : T::likeness) {
      bool fits = false;
      for (const Field& field : fields) {
        fits =
            fits || (field.name == likeness.field && can_be(likeness.as, content_of(field).kind));
      }
      if (!fits) return false;
    }
  }
  return true;
}

/// Every limit names a field whose size means something.
template <class T>
constexpr bool limits_fit(std::span<const Field> fields) {
  if constexpr (requires { T::limits; }) {
    for (const Limit& limit : T::limits) {
      bool fits = false;
      for (const Field& field : fields) {
        const Kind kind = content_of(field).kind;
        fits = fits || (field.name == limit.field && kind != Kind::Boolean && kind != Kind::Text &&
                        kind != Kind::Enumeration && kind != Kind::Object);
      }
      if (!fits) return false;
    }
  }
  return true;
}

template <class T, class Descriptor>
using FieldType = std::remove_cvref_t<decltype(std::declval<T&>().*Descriptor::pointer)>;

template <class T, class Descriptor>
constexpr Field field_of() {
  ShapeOf shape = &shape_of<FieldType<T, Descriptor>>;
  if (std::is_same_v<T, Money> && std::string_view(Descriptor::name) == "currency") {
    shape = &currency_shape;
  }
  return {Descriptor::name, shape,
          [](void* object) -> void* {
            return std::addressof(static_cast<T*>(object)->*Descriptor::pointer);
          },
          limit_of<T>(Descriptor::name), likeness_of<T>(Descriptor::name)};
}

template <class T, class... Descriptors>
constexpr auto fields_of(boost::mp11::mp_list<Descriptors...> /*members*/) {
  return std::array<Field, sizeof...(Descriptors)>{field_of<T, Descriptors>()...};
}

template <class T>
inline constexpr auto kFields =
    fields_of<T>(boost::mp11::mp_rename<MembersOf<T>, boost::mp11::mp_list>{});

template <class E, class... Descriptors>
constexpr auto enumerators_of(boost::mp11::mp_list<Descriptors...> /*enumerators*/) {
  return std::array<Enumerator, sizeof...(Descriptors)>{
      Enumerator{WireName<Descriptors>::value, static_cast<std::int64_t>(Descriptors::value)}...};
}

template <class E>
inline constexpr auto kEnumerators = enumerators_of<E>(
    boost::mp11::mp_rename<boost::describe::describe_enumerators<E>, boost::mp11::mp_list>{});

using Visit = void (*)(void* visitor, std::string_view key, const void* element);

template <class T>
struct ContainerOf;

template <class T>
struct ContainerOf<std::vector<T>> {
  static_assert(!std::is_same_v<T, bool>,
                "std::vector<bool> has no elements of its own: use a vector of an enumeration");
  static_assert(!is_optional_type<T>, "a list with holes has no JSON: leave the elements out");
  static constexpr Container value{
      &shape_of<T>,
      [](void* list, std::string_view) -> void* {
        return &static_cast<std::vector<T>*>(list)->emplace_back();
      },
      [](const void* list) { return static_cast<const std::vector<T>*>(list)->size(); },
      [](const void* list, void* visitor, Visit visit) {
        for (const T& element : *static_cast<const std::vector<T>*>(list)) {
          visit(visitor, {}, &element);
        }
      }};
};

template <class T>
struct ContainerOf<std::map<std::string, T>> {
  static_assert(!is_optional_type<T>, "a map with holes has no JSON: leave the keys out");
  static constexpr Container value{
      &shape_of<T>,
      [](void* map, std::string_view key) -> void* {
        return &(*static_cast<std::map<std::string, T>*>(map))[std::string(key)];
      },
      [](const void* map) { return static_cast<const std::map<std::string, T>*>(map)->size(); },
      [](const void* map, void* visitor, Visit visit) {
        for (const auto& [key, element] : *static_cast<const std::map<std::string, T>*>(map)) {
          visit(visitor, key, &element);
        }
      }};
};

template <class T>
struct ContainerOf<std::optional<T>> {
  static_assert(!is_optional_type<T>, "an optional of an optional has no JSON");
  static constexpr Container value{
      &shape_of<T>,
      [](void* option, std::string_view) -> void* {
        return &static_cast<std::optional<T>*>(option)->emplace();
      },
      [](const void* option) -> std::size_t {
        return static_cast<const std::optional<T>*>(option)->has_value() ? 1 : 0;
      },
      [](const void* option, void* visitor, Visit visit) {
        const auto& content = *static_cast<const std::optional<T>*>(option);
        if (content) visit(visitor, {}, &*content);
      }};
};

template <class T>
constexpr Shape make_shape() {
  static_assert(!is_view<T>,
                "a view cannot cross a boundary: use std::string or std::vector, which own");
  static_assert(!is_handle<T>, "a pointer or reference cannot cross a boundary: use a value");
  static_assert(!is_callable<T>, "code cannot cross a boundary: use data");
  static_assert(!std::is_same_v<T, float> && !std::is_same_v<T, long double>,
                "floating point crosses a boundary as double");
  static_assert(!std::is_same_v<T, char> && !std::is_same_v<T, wchar_t>,
                "a single character crosses a boundary as std::string");
  if constexpr (std::is_void_v<T>) {
    return {.kind = Kind::Object, .type_name = "banyan::Nothing"};
  } else if constexpr (HasTextForm<T>) {
    return {.kind = Kind::Text, .text = &TextOf<T>::form};
  } else if constexpr (std::is_same_v<T, bool>) {
    return {.kind = Kind::Boolean};
  } else if constexpr (std::is_integral_v<T>) {
    return {.kind = Kind::Integer, .bytes = sizeof(T), .is_signed = std::is_signed_v<T>};
  } else if constexpr (std::is_same_v<T, double>) {
    return {.kind = Kind::Number};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return {.kind = Kind::String};
  } else if constexpr (DescribedEnum<T>) {
    return {.kind = Kind::Enumeration,
            .type_name = type_name<T>(),
            .bytes = sizeof(T),
            .is_signed = std::is_signed_v<std::underlying_type_t<T>>,
            .enumerators = kEnumerators<T>};
  } else if constexpr (is_vector_type<T>) {
    return {.kind = Kind::Array, .container = &ContainerOf<T>::value};
  } else if constexpr (is_map_type<T>) {
    return {.kind = Kind::Map, .container = &ContainerOf<T>::value};
  } else if constexpr (is_optional_type<T>) {
    return {.kind = Kind::Optional, .container = &ContainerOf<T>::value};
  } else if constexpr (DescribedStruct<T>) {
    static_assert(all_described<T>(),
                  "BOOST_DESCRIBE_STRUCT names not all fields of this type, or not in their order: "
                  "what it leaves out "
                  "would be lost on the way");
    static_assert(kFields<T>.size() <= kMaxFields, "at most 64 fields: split the type");
    static_assert(limits_fit<T>(kFields<T>),
                  "a limit names a field that the type does not have, or one without a size");
    static_assert(likenesses_fit<T>(kFields<T>),
                  "a likeness names a field that the type does not have, or one that cannot be "
                  "compared like that");
    return {.kind = Kind::Object, .type_name = type_name<T>(), .fields = kFields<T>};
  } else {
    static_assert(!sizeof(T),
                  "this type cannot cross a boundary. Describe it with BOOST_DESCRIBE_STRUCT or "
                  "BOOST_DESCRIBE_ENUM, or use std::vector, std::optional, std::map<std::string, "
                  "T>, bool, an integer, double, std::string, banyan::Id, Money or Timestamp");
  }
}

template <class T>
inline constexpr Shape kShape = make_shape<T>();

}  // namespace detail

template <class T>
constexpr const Shape& shape_of() {
  return detail::kShape<T>;
}

}  // namespace banyan::json
