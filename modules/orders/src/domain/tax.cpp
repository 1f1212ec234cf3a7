// SPDX-License-Identifier: Apache-2.0
#include "domain/tax.hpp"

#include <algorithm>
#include <array>

namespace orders {
namespace {

struct CountryRate {
  std::string_view country;
  std::int64_t hundredths;
};

constexpr std::array kRates{
    CountryRate{"AT", 2000}, CountryRate{"BE", 2100}, CountryRate{"BG", 2000},
    CountryRate{"CA", 500},  CountryRate{"CY", 1900}, CountryRate{"CZ", 2100},
    CountryRate{"DE", 1900}, CountryRate{"DK", 2500}, CountryRate{"EE", 2400},
    CountryRate{"ES", 2100}, CountryRate{"FI", 2550}, CountryRate{"FR", 2000},
    CountryRate{"GR", 2400}, CountryRate{"HR", 2500}, CountryRate{"HU", 2700},
    CountryRate{"IE", 2300}, CountryRate{"IT", 2200}, CountryRate{"LT", 2100},
    CountryRate{"LU", 1700}, CountryRate{"LV", 2100}, CountryRate{"MT", 1800},
    CountryRate{"NL", 2100}, CountryRate{"PL", 2300}, CountryRate{"PT", 2300},
    CountryRate{"RO", 2100}, CountryRate{"SE", 2500}, CountryRate{"SI", 2200},
    CountryRate{"SK", 2300},
};

constexpr std::int64_t kWhole = 10'000;

}  // namespace

TaxRate tax_rate_of(std::string_view country) {
  const auto* found = std::ranges::find(kRates, country, &CountryRate::country);
  return {found == kRates.end() ? 0 : found->hundredths};
}

// In two parts, so that nothing overflows: whole hundredths of the rate, and the rest.
banyan::Money tax_on(const banyan::Money& net, TaxRate rate) {
  const std::int64_t wholes = net.minor_units / kWhole * rate.hundredths;
  const std::int64_t rest = net.minor_units % kWhole * rate.hundredths;
  return {wholes + (rest + kWhole / 2) / kWhole, net.currency};
}

}  // namespace orders
