// SPDX-License-Identifier: Apache-2.0
#include "data/people.hpp"

#include <array>
#include <string_view>

#include "data/names.hpp"

namespace recordshop {
namespace {

using customers::Address;
using customers::CustomerRecord;

struct Place {
  std::string_view country;
  std::string_view city;
  std::string_view postal_code;  ///< every # becomes a digit
};

constexpr auto kPlaces = std::to_array<Place>({
    {"DE", "Hamburg", "20###"},
    {"DE", "Leipzig", "04###"},
    {"AT", "Graz", "80##"},
    {"CH", "Bern", "30##"},
    {"FR", "Lyon", "690##"},
    {"NL", "Utrecht", "35## AB"},
    {"GB", "Leeds", "LS# #JT"},
    {"IE", "Galway", "H91 ####"},
    {"ES", "Sevilla", "410##"},
    {"SE", "Malmö", "21# ##"},
    {"PL", "Gdańsk", "80-###"},
    {"US", "Portland, OR", "972##"},
    {"BR", "Recife, PE", "50###-###"},
    {"JP", "Kyoto", "60#-####"},
});

/// Takes digits out of a number for the places that want them.
std::string filled(std::string_view pattern, std::uint64_t number) {
  std::string text(pattern);
  for (char& c : text) {
    if (c != '#') continue;
    c = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  return text;
}

/// "Greta Lindqvist", 17 -> "greta.17@example.org"
std::string email_of(std::string_view name, std::int64_t ordinal) {
  std::string first(name.substr(0, name.find(' ')));
  for (char& c : first) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return first + '.' + std::to_string(ordinal) + "@example.org";
}

}  // namespace

CustomerRecord make_person(customers::CustomerId id, std::uint64_t number, std::int64_t ordinal,
                           banyan::Timestamp opened_at) {
  std::string name = person_name(number);
  const Place& place = kPlaces.at((number / 577) % kPlaces.size());
  Address address{name, street_name(number / 31), filled(place.postal_code, number / 101),
                  std::string(place.city), std::string(place.country)};
  std::string email = email_of(name, ordinal);
  return {std::move(id),      std::move(name), std::move(email),
          std::move(address), std::nullopt,    opened_at};
}

CustomerRecord ada_vogel(banyan::Timestamp opened_at) {
  return {customers::CustomerId::parse("cus_00000000000070008000000000000001").value(),
          "Ada Vogel",
          "ada@example.org",
          Address{"Ada Vogel", "Paper Harbour 7", "20457", "Hamburg", "DE"},
          "$argon2id$v=19$m=65536,t=2,p=1$nmZTylYNJYsGpFn4+z3GqQ$"
          "94MckadepLlKNdpMQ5iTKUIZI60KYl0Ay71+KG2Qv08",
          opened_at};
}

}  // namespace recordshop
