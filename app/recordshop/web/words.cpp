// SPDX-License-Identifier: Apache-2.0
#include "web/words.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace recordshop::web {
namespace {

std::string two_digits(std::int64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

std::string price_text(const banyan::Money& money) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kSigns{
      {{"EUR", "€"}, {"USD", "$"}, {"GBP", "£"}}};
  std::string text = money.currency;
  for (const auto& [currency, sign] : kSigns) {
    if (money.currency == currency) text = sign;
  }
  const std::string digits = banyan::to_string(money);  // "9.90 EUR"
  return text + "\u00A0" + digits.substr(0, digits.find(' '));
}

std::string duration_text(std::int64_t milliseconds) {
  const std::int64_t seconds = milliseconds / 1'000;
  const std::int64_t hours = seconds / 3'600;
  const std::int64_t minutes = seconds / 60 % 60;
  return (hours > 0 ? std::to_string(hours) + ':' + two_digits(minutes) : std::to_string(minutes)) +
         ':' + two_digits(seconds % 60);
}

std::string time_text(banyan::Timestamp time) {
  using namespace std::chrono;
  constexpr std::array<std::string_view, 12> kMonths = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  const sys_time<microseconds> at{microseconds(time.micros)};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{at - day};
  return std::to_string(static_cast<unsigned>(date.day())) + ' ' +
         std::string(kMonths.at(static_cast<unsigned>(date.month()) - 1)) + ' ' +
         std::to_string(static_cast<int>(date.year())) + ", " + two_digits(clock.hours().count()) +
         ':' + two_digits(clock.minutes().count()) + " UTC";
}

std::string count_text(std::int64_t count, const std::string& of) {
  return std::to_string(count) + ' ' + of + (count == 1 ? "" : "s");
}

}  // namespace recordshop::web
