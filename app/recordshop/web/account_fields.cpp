// SPDX-License-Identifier: Apache-2.0
#include "web/account_fields.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "web/countries.hpp"

namespace recordshop::web {
namespace {

constexpr std::string_view kOurs = "DE";

/// Fields of customers, and what they are called in the forms.
constexpr auto kLabels = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"/name", "Name"},
     {"/email", "E-mail"},
     {"/password", "Password"},
     {"/address/recipient", "Recipient"},
     {"/address/street", "Street and number"},
     {"/address/postal_code", "Postal code"},
     {"/address/city", "City"},
     {"/address/country", "Country"}});

std::string_view form_label(std::string_view where) {
  const auto* const found =
      std::ranges::find(kLabels, where, &std::pair<std::string_view, std::string_view>::first);
  return found == kLabels.end() ? where : found->second;
}

Html option(std::string_view code, std::string_view name, std::string_view chosen) {
  return tag("option", {{"value", code}, {"selected", code == chosen}}, name);
}

}  // namespace

Html field(const Field& field) {
  return tag("p", {{"class", "field"}}, tag("label", {{"for", field.id}}, field.label),
             void_element("input", {{"id", field.id},
                                    {"name", field.name},
                                    {"type", field.type},
                                    {"autocomplete", field.fill},
                                    {"required", field.required},
                                    {"maxlength", "200"},
                                    {"value", field.value}}));
}

Html country_field(std::string_view id, std::string_view chosen) {
  if (chosen.empty()) chosen = kOurs;
  Html options = each(countries(), [&](const Country& country) {
    return option(country.code, country.name, chosen);
  });
  // A browser that finds nothing chosen chooses the first, and nobody notices that he has moved.
  if (std::ranges::find(countries(), chosen, &Country::code) == countries().end()) {
    options = option(chosen, chosen, chosen) + std::move(options);
  }
  return tag(
      "p", {{"class", "field"}}, tag("label", {{"for", id}}, "Country"),
      tag("select", {{"id", id}, {"name", "country"}, {"autocomplete", "country"}}, options));
}

std::string wrong_fields(const banyan::Error& error) {
  if (error.details.empty()) return "That cannot be: " + error.message + ".";
  std::string text = "Some of this cannot be.";
  for (const banyan::Detail& detail : error.details) {
    text.append(" ")
        .append(form_label(detail.where))
        .append(": ")
        .append(detail.problem)
        .append(".");
  }
  return text;
}

}  // namespace recordshop::web
