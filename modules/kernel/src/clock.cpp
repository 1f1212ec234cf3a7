// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/clock.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>

#include "banyan/kernel/lease.hpp"

namespace banyan {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

class SystemClock final : public Clock {
 public:
  Timestamp now() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
  }
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
  std::string_view run() const override {
    static const std::string id = boot_id();
    return id;
  }

 private:
  // random(4): made anew at every start of the machine.
  static std::string boot_id() {
    std::string line;
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::getline(file, line);
    return line;
  }
};

// Reads exactly `digits` decimal digits at `at`; nothing when one of them is something else.
std::optional<int> number(std::string_view text, std::size_t at, std::size_t digits) {
  if (at + digits > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

LeaseTime lease_now(const Clock& clock) {
  const auto since = clock.steady().time_since_epoch();
  return {"steady:" + std::string(clock.run()),
          std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

std::string to_string(Timestamp time) {
  using namespace std::chrono;
  const sys_time<microseconds> at{microseconds(time.micros)};
  const sys_days day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss<microseconds> clock(at - day);
  std::array<char, 64> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<Timestamp> timestamp_from(std::string_view text) {
  // 2026-11-22T08:30:00[.ffffff]Z
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':' || text.back() != 'Z') {
    return std::nullopt;
  }
  const auto year = number(text, 0, 4);
  const auto month = number(text, 5, 2);
  const auto day = number(text, 8, 2);
  const auto hour = number(text, 11, 2);
  const auto minute = number(text, 14, 2);
  const auto second = number(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;

  std::int64_t micros = 0;
  if (text.size() > 20) {
    const std::size_t digits = text.size() - 21;
    if (text[19] != '.' || digits < 1 || digits > 6) return std::nullopt;
    const auto fraction = number(text, 20, digits);
    if (!fraction) return std::nullopt;
    micros = *fraction;
    for (std::size_t i = digits; i < 6; ++i) micros *= 10;
  }
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t minutes = (std::int64_t{days} * 24 + *hour) * 60 + *minute;
  const std::int64_t seconds = minutes * 60 + *second;
  return Timestamp{seconds * kMicrosPerSecond + micros};
}

}  // namespace banyan
