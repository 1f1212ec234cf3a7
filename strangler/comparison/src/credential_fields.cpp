// SPDX-License-Identifier: Apache-2.0
#include "banyan/comparison/credential_fields.hpp"

#include <algorithm>
#include <array>

namespace banyan::strangler {
namespace {

constexpr auto kEverywhere = std::to_array<http::FieldName>(
    {"Cookie", "Authorization", "Proxy-Authorization", "Set-Cookie", "X-Api-Key", "X-Auth-Token",
     "X-Csrf-Token", "Banyan-Principal"});

}  // namespace

bool CredentialFields::contain(std::string_view name) const {
  const auto is_it = [&](std::string_view one) { return http::equals_ignoring_case(one, name); };
  return std::ranges::any_of(kEverywhere, is_it, &http::FieldName::text) ||
         std::ranges::any_of(named_, is_it);
}

bool CredentialFields::are_in(const http::Fields& fields) const {
  const auto is_there = [&](const auto& name) { return fields.contains(name); };
  return std::ranges::any_of(kEverywhere, is_there) || std::ranges::any_of(named_, is_there);
}

void CredentialFields::remove_from(http::Fields& fields) const {
  for (const http::FieldName name : kEverywhere) fields.remove(name);
  for (const std::string& name : named_) fields.remove(name);
}

}  // namespace banyan::strangler
