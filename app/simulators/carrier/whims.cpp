// SPDX-License-Identifier: Apache-2.0
#include "whims.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/NumberParser.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace overland {
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

}  // namespace

std::string Whims::change(const std::vector<std::pair<std::string, std::string>>& settings) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  Now next = now_;
  for (const auto& [name, value] : settings) {
    const auto* const setting =
        std::ranges::find_if(kSettings, [&](const Setting& each) { return name == each.name; });
    if (setting == kSettings.end()) {
      return name + ": known are outage, slow, late, lose_answers, duplicate, disorder";
    }
    int number = 0;
    if (!Poco::NumberParser::tryParse(value, number) || number < 0 || number > setting->most) {
      return name + "=" + value + ": expected 0 ... " + std::to_string(setting->most);
    }
    next.*(setting->place) = number;
  }
  now_ = next;
  return {};
}

std::string Whims::to_json(std::size_t unpushed) const {
  const Now current = now();
  Poco::JSON::Object json;
  for (const Setting& setting : kSettings) json.set(setting.name, current.*(setting.place));
  json.set("unpushed", unpushed);
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

}  // namespace overland
