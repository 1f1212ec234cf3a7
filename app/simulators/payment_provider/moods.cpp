// SPDX-License-Identifier: Apache-2.0
#include "moods.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/NumberParser.h>

#include <sstream>

namespace acmepay {
namespace {

/// Reads a number up to `most`, or says what is wrong.
std::string read(const std::string& name, const std::string& value, int most, int& into) {
  int number = 0;
  if (!Poco::NumberParser::tryParse(value, number) || number < 0 || number > most) {
    return name + "=" + value + ": expected 0 ... " + std::to_string(most);
  }
  into = number;
  return {};
}

}  // namespace

std::string Moods::change(const std::vector<std::pair<std::string, std::string>>& settings) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  Now next = now_;
  for (const auto& [name, value] : settings) {
    std::string problem;
    if (name == "outage") {
      if (value != "on" && value != "off") problem = "outage=" + value + ": expected on or off";
      next.outage = value == "on";
    } else if (name == "notify") {
      next.notify = value;
    } else if (name == "slow") {
      problem = read(name, value, 60'000, next.slow);
    } else if (name == "lose_answers") {
      problem = read(name, value, 100, next.lose_answers);
    } else if (name == "duplicate") {
      problem = read(name, value, 100, next.duplicate);
    } else if (name == "disorder") {
      problem = read(name, value, 60'000, next.disorder);
    } else {
      problem = name + ": known are notify, outage, slow, lose_answers, duplicate, disorder";
    }
    if (!problem.empty()) return problem;
  }
  now_ = next;
  return {};
}

std::string Moods::to_json(int untold) const {
  const Now current = now();
  Poco::JSON::Object json;
  json.set("notify", current.notify);
  json.set("outage", current.outage);
  json.set("slow", current.slow);
  json.set("lose_answers", current.lose_answers);
  json.set("duplicate", current.duplicate);
  json.set("disorder", current.disorder);
  json.set("untold", untold);
  std::ostringstream text;
  json.stringify(text);
  return text.str() + '\n';
}

bool Moods::happens(int percent) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  return static_cast<int>(random_.next(100)) < percent;
}

int Moods::up_to(int bound) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  return static_cast<int>(random_.next(static_cast<Poco::UInt32>(bound) + 1));
}

}  // namespace acmepay
