// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace banyan::json::detail {

/// Stands for a field of any type.
template <class T>
struct AnyField {
  template <class Field>
    requires(!std::same_as<std::remove_cvref_t<Field>, T>)
  operator Field() const;  // NOLINT(google-explicit-constructor): it is what a field is made from
};

/// std::optional can be made from AnyField in two ways, and from this in one.
template <class T>
struct AnyOptional {
  template <class Value>
  operator std::optional<Value>() const;  // NOLINT(google-explicit-constructor)
};

template <class T, class... Fields>
concept MadeOf = requires { T{std::declval<Fields>()...}; };

template <class T, class Descriptors>
struct TypesOf;

template <class T, template <class...> class List, class... Descriptors>
struct TypesOf<T, List<Descriptors...>> {
  template <class Descriptor>
  static auto type_of() {
    if constexpr (requires { typename Descriptor::type; }) {
      return std::type_identity<typename Descriptor::type>();  // of a base
    } else {
      return std::type_identity<
          std::remove_cvref_t<decltype(std::declval<T>().*Descriptor::pointer)>>();
    }
  }
  using Types = boost::mp11::mp_list<typename decltype(type_of<Descriptors>())::type...>;
};

template <class T, class Types>
inline constexpr bool kTakesOneMore = false;
template <class T, class... Types>
inline constexpr bool kTakesOneMore<T, boost::mp11::mp_list<Types...>> =
    MadeOf<T, Types..., AnyField<T>> || MadeOf<T, Types..., AnyOptional<T>>;

template <class T, class Types>
inline constexpr bool kTakesThese = false;
template <class T, class... Types>
inline constexpr bool kTakesThese<T, boost::mp11::mp_list<Types...>> = MadeOf<T, Types...>;

/// Whether the description of `T` names all its fields, in their order: an aggregate can be made
/// from what is described, and not from more. Of other classes the language tells nobody.
template <class T>
consteval bool all_described() {
  if constexpr (std::is_aggregate_v<T>) {
    using Bases = typename TypesOf<
        T, boost::describe::describe_bases<T, boost::describe::mod_any_access>>::Types;
    using Own =
        typename TypesOf<T,
                         boost::describe::describe_members<T, boost::describe::mod_public>>::Types;
    using All = boost::mp11::mp_append<Bases, Own>;
    return kTakesThese<T, All> && !kTakesOneMore<T, All>;
  } else {
    return true;
  }
}

}  // namespace banyan::json::detail
