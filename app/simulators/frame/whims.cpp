// SPDX-License-Identifier: Apache-2.0
#include "frame/whims.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/NumberParser.h>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>

namespace simulators {
namespace {

struct Setting {
  const char* name;
  int Whims::Now::* place;
  int most;
};
constexpr std::array kSettings{Setting{"outage", &Whims::Now::outage, 1},
                               Setting{"slow", &Whims::Now::slow, 60'000},
                               Setting{"late", &Whims::Now::late, 60'000},
                               Setting{"lose_answers", &Whims::Now::lose_answers, 100},
                               Setting{"duplicate", &Whims::Now::duplicate, 100},
                               Setting{"disorder", &Whims::Now::disorder, 60'000}};

std::optional<int> number_of(const Setting& setting, const std::string& value) {
  if (setting.most == 1 && (value == "on" || value == "off")) return value == "on" ? 1 : 0;
  int number = 0;
  if (!Poco::NumberParser::tryParse(value, number)) return std::nullopt;
  if (number < 0 || number > setting.most) return std::nullopt;
  return number;
}

}  // namespace

std::string Whims::change(const Settings& settings) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  Now next = now_;
  for (const auto& [name, value] : settings) {
    const auto* const setting =
        std::ranges::find_if(kSettings, [&](const Setting& each) { return name == each.name; });
    if (setting == kSettings.end()) {
      std::string known;
      for (const Setting& each : kSettings)
        known += (known.empty() ? "" : ", ") + std::string(each.name);
      return name + ": known are " + known + " (see --help)";
    }
    const std::optional<int> number = number_of(*setting, value);
    if (!number) {
      return name + "=" + value + ": expected " +
             (setting->most == 1 ? "on or off" : "0 ... " + std::to_string(setting->most));
    }
    next.*(setting->place) = *number;
  }
  now_ = next;
  return {};
}

std::string Whims::to_json(std::size_t untold, const std::string& tells,
                           const std::string& whom) const {
  const Now current = now();
  Poco::JSON::Object json;
  for (const Setting& setting : kSettings) json.set(setting.name, current.*(setting.place));
  json.set(tells, whom);
  json.set("untold", untold);
  std::ostringstream text;
  json.stringify(text);
  return text.str() + '\n';
}

bool Whims::happens(int percent) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  return static_cast<int>(random_.next(100)) < percent;
}

int Whims::up_to(int bound) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  return static_cast<int>(random_.next(static_cast<Poco::UInt32>(bound) + 1));
}

}  // namespace simulators
