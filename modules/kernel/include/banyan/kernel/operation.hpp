// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace banyan {

/// What an operation does to the state of its module. Routing, retries and shadowing go by this
/// declaration and never by an HTTP verb: a POST may be a read and a GET a write.
enum class Effect : std::uint8_t { Read, Write };

/// What happens when an operation is carried out twice.
enum class Idempotency : std::uint8_t {
  Natural,  ///< the second time changes nothing (every read; "set the price to 9.99")
  ByKey,    ///< safe when both carry the same Context::idempotency_key, which must be there
  None,     ///< happens twice; nobody may repeat it on the caller's behalf
};

/// Who may ask for an operation over the network. Whoever can call the port in the same process can
/// call all of them.
enum class Audience : std::uint8_t {
  Public,    ///< everybody whom the application serves
  Internal,  ///< other modules of the application, wherever they run: no public edge serves it
};

/// The names of the business rules that an operation may answer with.
struct ErrorRules {
  static constexpr std::size_t kMax = 12;
  std::array<std::string_view, kMax> names{};
  std::size_t count = 0;

  constexpr const std::string_view* begin() const { return names.data(); }
  constexpr const std::string_view* end() const { return names.data() + count; }
  constexpr bool contains(std::string_view rule) const {
    for (const std::string_view name : *this) {
      if (name == rule) return true;
    }
    return false;
  }
};

template <class... Names>
constexpr ErrorRules errors(const Names&... names) {
  static_assert(sizeof...(Names) <= ErrorRules::kMax, "raise ErrorRules::kMax");
  return ErrorRules{{std::string_view(names)...}, sizeof...(Names)};
}

/// What a caller has to know about an operation besides the types of its request and answer.
struct Operation {
  std::string_view name;  ///< snake_case, unique in its port, never changed once published
  Effect effect = Effect::Read;
  Idempotency idempotency = Idempotency::Natural;
  ErrorRules errors{};
  std::string_view summary{};        ///< one sentence for the operations catalogue
  std::string_view precondition{};   ///< what must hold before; "" when nothing
  std::string_view postcondition{};  ///< what holds after a success; "" when nothing
  /// The field of the request that says for whom an anonymous caller asks, e.g. "customer": two of
  /// them may use the same idempotency key. "" when nothing in the request says it.
  std::string_view on_behalf_of{};
  Audience audience = Audience::Public;
};

constexpr std::string_view to_string(Effect effect) {
  return effect == Effect::Read ? "read" : "write";
}
constexpr std::string_view to_string(Idempotency idempotency) {
  switch (idempotency) {
    case Idempotency::Natural: return "natural";
    case Idempotency::ByKey: return "by_key";
    case Idempotency::None: return "none";
  }
  return "none";
}

/// May the kit repeat it after a failure whose outcome is unknown?
constexpr bool safe_to_repeat(const Operation& operation, bool has_key) {
  return operation.effect == Effect::Read || operation.idempotency == Idempotency::Natural ||
         (operation.idempotency == Idempotency::ByKey && has_key);
}

}  // namespace banyan
