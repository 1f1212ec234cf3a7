// countries.h -- what changes with a decree, and not with a customer: read from countries.txt when
// a program begins.
#pragma once

#include <string>
#include <vector>

#include "util.h"

struct TaxRate {
  std::string from;  // the day, as in 2020-07-01; "" has always been
  i64 hundredths = 0;
};

struct Country {
  std::string code;
  std::string name;
  std::string zone;
  bool per_sheet = false;
  std::vector<TaxRate> rates;  // as in the file
};

// "", or what is wrong: "countries.txt:12: …". Nobody begins to sell then.
std::string load_countries(const std::string& file);

// The file of $SHOP_COUNTRIES, or countries.txt.
std::string countries_file();

// NULL for one that we do not send to.
const Country* country_of(const std::string& code);
std::string country_name(const std::string& code);  // "" then
std::string country_zone(const std::string& code);

// In hundredths of a per cent, on the day of `when`; -1 for a country that is not on the list.
i64 tax_rate_on(const std::string& code, i64 when);
