// SPDX-License-Identifier: Apache-2.0
#include "web/account_fields.hpp"

#include <array>

namespace recordshop::web {
namespace {

struct Country {
  std::string_view code, name;
};
constexpr std::array<Country, 14> kCountries{{{"AT", "Austria"},
                                              {"BE", "Belgium"},
                                              {"CH", "Switzerland"},
                                              {"CZ", "Czechia"},
                                              {"DE", "Germany"},
                                              {"DK", "Denmark"},
                                              {"ES", "Spain"},
                                              {"FR", "France"},
                                              {"GB", "United Kingdom"},
                                              {"IT", "Italy"},
                                              {"NL", "Netherlands"},
                                              {"PL", "Poland"},
                                              {"SE", "Sweden"},
                                              {"US", "United States"}}};

}  // namespace

Html field(const Field& field) {
  return tag("p", {{"class", "field"}}, tag("label", {{"for", field.id}}, field.label),
             void_element("input", {{"id", field.id},
                                    {"name", field.name},
                                    {"type", field.type},
                                    {"autocomplete", field.fill},
                                    {"required", true},
                                    {"maxlength", "200"},
                                    {"value", field.value}}));
}

Html country_field(std::string_view id, std::string_view chosen) {
  const Html options = each(kCountries, [&](const Country& country) {
    const bool is_chosen = chosen.empty() ? country.code == "DE" : country.code == chosen;
    return tag("option", {{"value", country.code}, {"selected", is_chosen}}, country.name);
  });
  return tag(
      "p", {{"class", "field"}}, tag("label", {{"for", id}}, "Country"),
      tag("select", {{"id", id}, {"name", "country"}, {"autocomplete", "country"}}, options));
}

}  // namespace recordshop::web
