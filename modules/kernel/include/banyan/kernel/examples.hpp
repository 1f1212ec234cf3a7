// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "banyan/kernel/error.hpp"
#include "banyan/kernel/port.hpp"

/// Examples of a port, for the documents that are made of it. A module has them in one place, its
/// examples.hpp (listed in PUBLISHES), in its own types, so that the compiler keeps them in step:
///
///     inline auto examples() {
///       return std::tuple(banyan::example(GetAlbum{kAlbum}, an_album()), …);   // each operation
///     }
/// (of one with accepted_while<…>, kernel/resources.hpp, a second answer: while the work goes on)
///     inline std::vector<banyan::Error> example_errors() {
///       return {{banyan::ErrorCode::NotFound, "catalog.unknown_album", "there is no album …", {}},
///               …};                                               // each rule that is declared
///     }
namespace banyan {

struct NoAnswer {};

/// What is asked, and what is answered to it when all is done.
template <class Op>
struct Example {
  using Answer =
      std::conditional_t<std::is_void_v<typename Op::Response>, NoAnswer, typename Op::Response>;
  Op request;
  Answer answer;
  std::optional<Answer> accepted{};  ///< what is answered while the work goes on
};

template <class Op>
Example<Op> example(Op request, typename Example<Op>::Answer answer = {},
                    std::optional<typename Example<Op>::Answer> accepted = std::nullopt) {
  return {std::move(request), std::move(answer), std::move(accepted)};
}

/// The example of an operation among others; nothing when there is none.
template <class Op, class... Ops>
std::optional<Example<Op>> example_of(const std::tuple<Example<Ops>...>& all) {
  if constexpr ((std::is_same_v<Op, Ops> || ...)) {
    return std::get<Example<Op>>(all);
  } else {
    return std::nullopt;
  }
}

/// An id for examples: its prefix and a number.
template <class IdType>
IdType example_id(unsigned number) {
  const std::string digits = std::to_string(number);
  return IdType::parse(std::string(IdType::prefix) + "_0192f0c4a5b67c8d9e0f" +
                       std::string(12 - digits.size(), '0') + digits)
      .value();
}

}  // namespace banyan
