// SPDX-License-Identifier: Apache-2.0
#include "data/chinook_customers.hpp"

#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace recordshop {
namespace {

using Row = banyan::sqlite::Statement;

/// As Chinook writes countries, and ISO 3166-1.
constexpr auto kCountries = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"Argentina", "AR"},      {"Australia", "AU"}, {"Austria", "AT"},     {"Belgium", "BE"},
    {"Brazil", "BR"},         {"Canada", "CA"},    {"Chile", "CL"},       {"Czech Republic", "CZ"},
    {"Denmark", "DK"},        {"Finland", "FI"},   {"France", "FR"},      {"Germany", "DE"},
    {"Hungary", "HU"},        {"India", "IN"},     {"Ireland", "IE"},     {"Italy", "IT"},
    {"Netherlands", "NL"},    {"Norway", "NO"},    {"Poland", "PL"},      {"Portugal", "PT"},
    {"Spain", "ES"},          {"Sweden", "SE"},    {"Switzerland", "CH"}, {"USA", "US"},
    {"United Kingdom", "GB"},
});

std::string country_code(const std::string& name) {
  for (const auto& [country, code] : kCountries) {
    if (country == name) return std::string(code);
  }
  return name;  // a code already, or nothing that anybody knows
}

std::optional<customers::Address> address_of(const Row& row, const std::string& recipient) {
  const auto street = row.optional_text(3);
  const auto city = row.optional_text(4);
  const auto state = row.optional_text(5);
  const auto country = row.optional_text(6);
  if (!street || !city || !country) return std::nullopt;
  return customers::Address{recipient, *street, row.optional_text(7).value_or(""),
                            state ? *city + ", " + *state : *city, country_code(*country)};
}

}  // namespace

std::vector<std::string> each_chinook_customer(
    const banyan::sqlite::Connection& file,
    const std::function<void(std::int64_t number, customers::CustomerRecord record)>& take) {
  std::vector<std::string> problems;
  std::set<std::string> emails;
  file.each(
      "SELECT CustomerId, coalesce(FirstName || ' ', '') || coalesce(LastName, ''),"
      " lower(coalesce(Email, '')), Address, City, State, Country, PostalCode FROM Customer"
      " ORDER BY CustomerId",
      [&](const Row& row) {
        customers::CustomerRecord record;
        record.name = row.text(1);
        record.email = row.text(2);
        record.address = address_of(row, record.name);
        const std::string who = "customer " + std::to_string(row.number(0)) + " (" + record.name;
        if (record.address && !customers::check(record)) {
          auto without = record;
          without.address.reset();
          if (customers::check(without)) {
            problems.push_back(who + ") has an address that the shop cannot send to");
            record = std::move(without);
          }
        }
        if (const auto right = customers::check(record); !right) {
          problems.push_back(who +
                             ") could not have an account: " + right.error().details.at(0).where +
                             ": " + right.error().details.at(0).problem);
        } else if (!emails.insert(record.email).second) {
          problems.push_back(who + ") has the e-mail address of another customer");
        } else {
          take(row.number(0), std::move(record));
        }
      });
  return problems;
}

}  // namespace recordshop
