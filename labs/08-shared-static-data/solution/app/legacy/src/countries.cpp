// countries.cpp -- see countries.h.
#include "countries.h"

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace {

std::map<std::string, Country> countries;

// What stands between the bars.
std::vector<std::string> parts_of(const std::string& line) {
  std::vector<std::string> parts;
  std::istringstream rest(line);
  for (std::string part; std::getline(rest, part, '|');) parts.push_back(trimmed(part));
  return parts;
}

// "1900", or "1900, 1600 from 2020-07-01". False when it is neither.
bool read_rates(const std::string& text, std::vector<TaxRate>* rates) {
  std::istringstream rest(text);
  for (std::string one; std::getline(rest, one, ',');) {
    TaxRate rate;
    const auto from = one.find(" from ");
    if (from != std::string::npos) {
      rate.from = trimmed(one.substr(from + 6));
      one.erase(from);
    }
    rate.hundredths = to_number(trimmed(one), -1);
    if (rate.hundredths < 0) return false;
    rates->push_back(rate);
  }
  return !rates->empty();
}

}  // namespace

std::string countries_file() {
  const char* named = std::getenv("SHOP_COUNTRIES");
  return named != nullptr ? named : "countries.txt";
}

std::string load_countries(const std::string& file) {
  std::ifstream in(file);
  if (!in) return file + ": there is no such file";
  countries.clear();
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (trimmed(line).empty() || line[0] == '#') continue;
    const auto where = file + ":" + std::to_string(number) + ": ";
    const auto parts = parts_of(line);
    Country country;
    if (parts.size() != 5) return where + "a country has 5 parts, with | between them";
    if (parts[2] != "1" && parts[2] != "2" && parts[2] != "3") return where + "a zone is 1, 2 or 3";
    if (!read_rates(parts[4], &country.rates))
      return where + "a rate is a number, as in 1900, 1600 from 2020-07-01";
    country.code = parts[0];
    country.name = parts[1];
    country.zone = parts[2];
    country.per_sheet = parts[3] == "sheet";
    countries[country.code] = country;
  }
  return "";
}

const Country* country_of(const std::string& code) {
  const auto found = countries.find(code);
  return found != countries.end() ? &found->second : nullptr;
}

std::string country_name(const std::string& code) {
  const auto* country = country_of(code);
  return country != nullptr ? country->name : "";
}

std::string country_zone(const std::string& code) {
  const auto* country = country_of(code);
  return country != nullptr ? country->zone : "";
}

i64 tax_rate_on(const std::string& code, i64 when) {
  const auto* country = country_of(code);
  if (country == nullptr) return -1;
  const auto day = time_text(when).substr(0, 10);
  i64 rate = -1;
  for (const auto& each : country->rates) {
    if (each.from <= day) rate = each.hundredths;
  }
  return rate;
}
