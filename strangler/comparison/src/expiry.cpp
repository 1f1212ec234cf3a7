// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <chrono>

#include "banyan/comparison/rules.hpp"

namespace banyan::strangler {

bool is_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = -1;
    const char* const end = text.data() + at + size;
    const auto [stop, fault] = std::from_chars(text.data() + at, end, value);
    return fault == std::errc{} && stop == end ? value : -1;
  };
  const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  return number(0, 4) >= 0 && day.ok();
}

std::string day_of(std::int64_t micros_since_1970) {
  const std::chrono::sys_time<std::chrono::microseconds> time{
      std::chrono::microseconds(micros_since_1970)};
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(time)};
  const auto two = [](unsigned number) {
    return std::string{static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
  };
  return std::to_string(static_cast<int>(day.year())) + '-' +
         two(static_cast<unsigned>(day.month())) + '-' + two(static_cast<unsigned>(day.day()));
}

}  // namespace banyan::strangler
