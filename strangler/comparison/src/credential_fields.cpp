// SPDX-License-Identifier: Apache-2.0
#include "banyan/comparison/credential_fields.hpp"

#include <algorithm>
#include <array>

#include "banyan/http/names_alike.hpp"

namespace banyan::strangler {
namespace {

constexpr auto kEverywhere = std::to_array<http::FieldName>(
    {"Cookie", "Authorization", "Proxy-Authorization", "Set-Cookie", "X-Api-Key", "X-Auth-Token",
     "X-Csrf-Token", "Banyan-Principal"});

}  // namespace

bool CredentialFields::contain(std::string_view name) const {
  const auto is_it = [&](std::string_view one) { return http::names_are_alike(one, name); };
  return std::ranges::any_of(kEverywhere, is_it, &http::FieldName::text) ||
         std::ranges::any_of(named_, is_it);
}

void CredentialFields::remove_from(http::Fields& fields) const {
  fields.remove_if([&](const http::Fields::Field& field) { return contain(field.name); });
}

}  // namespace banyan::strangler
