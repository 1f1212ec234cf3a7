// SPDX-License-Identifier: Apache-2.0
// Documents made at random, changed in one place, and compared: against another reader of JSON.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "answers.hpp"
#include "banyan/kernel/random.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::ordered_json;

class Documents {
 public:
  explicit Documents(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t bound) { return random_.next() % bound; }

  Json value(int depth) {
    switch (below(depth > 3 ? 5 : 7)) {
      case 0: return nullptr;
      case 1: return below(2) == 0;
      case 2: return static_cast<std::int64_t>(below(1'000'000)) - 500'000;
      case 3: return static_cast<double>(below(1'000)) / 8;
      case 4: return text();
      case 5: {
        Json list = Json::array();
        for (std::uint64_t i = below(4); i > 0; --i) list.push_back(value(depth + 1));
        return list;
      }
      default: {
        Json object = Json::object();
        for (std::uint64_t i = below(5); i > 0; --i) object[name()] = value(depth + 1);
        return object;
      }
    }
  }

  /// The same with the keys of every object in another order.
  Json shuffled(const Json& json) {
    if (json.is_array()) {
      Json list = Json::array();
      for (const Json& each : json) list.push_back(shuffled(each));
      return list;
    }
    if (!json.is_object()) return json;
    std::vector<std::string> keys;
    for (const auto& [key, each] : json.items()) keys.push_back(key);
    for (std::size_t i = keys.size(); i > 1; --i) std::swap(keys[i - 1], keys[below(i)]);
    Json object = Json::object();
    for (const std::string& key : keys) object[key] = shuffled(json[key]);
    return object;
  }

  /// Changes one scalar; false when there is none.
  bool change(Json& json) {
    std::vector<Json*> scalars;
    collect(json, scalars);
    if (scalars.empty()) return false;
    Json& one = *scalars[below(scalars.size())];
    const Json before = one;
    while (one == before) one = value(4);
    return true;
  }

 private:
  static void collect(Json& json, std::vector<Json*>& scalars) {
    if (!json.is_structured()) return scalars.push_back(&json);
    for (Json& each : json) collect(each, scalars);
  }
  std::string name() { return std::string(1 + below(3), static_cast<char>('a' + below(6))); }
  std::string text() {
    static const std::vector<std::string> parts = {
        "plain", "quo\"te", "back\\slash", "\n", "é", "\U0001F600", "", "a/b~c", "\x1f"};
    return parts[below(parts.size())] + parts[below(parts.size())];
  }
  SeededRandom random_;
};

TEST(GeneratedDocuments, AreTheSameInAnotherOrderOfKeysAndAnotherSpelling) {
  Documents documents(1);
  for (int i = 0; i < 3'000; ++i) {
    const Json json = documents.value(0);
    const std::string old_text = json.dump();
    const std::string new_text = documents.shuffled(json).dump(2, ' ', true);
    ASSERT_EQ(found(Compared()(old_text, new_text)), "") << old_text << '\n' << new_text;
  }
}

TEST(GeneratedDocuments, DifferWhereOneValueIsAnother) {
  Documents documents(2);
  int changed = 0;
  for (int i = 0; i < 3'000; ++i) {
    const Json json = documents.value(0);
    Json other = documents.shuffled(json);
    if (!documents.change(other)) continue;
    ++changed;
    const Comparison comparison = Compared()(json.dump(), other.dump());
    // Another reader says so too, unless only the order of keys differs from its point of view.
    ASSERT_EQ(comparison.same(), nlohmann::json(json) == nlohmann::json(other))
        << json.dump() << '\n'
        << other.dump();
    ASSERT_NE(found(comparison).substr(0, 5), "bytes");
  }
  EXPECT_GT(changed, 2'000);
}

TEST(GeneratedDocuments, CutOrSpoiltAnywhereNeitherCrashNorPassForTheSame) {
  Documents documents(3);
  for (int i = 0; i < 3'000; ++i) {
    const std::string text = documents.value(0).dump();
    std::string spoilt = text;
    if (documents.below(2) == 0) {
      spoilt.resize(documents.below(spoilt.size() + 1));
    } else {
      spoilt[documents.below(spoilt.size())] = static_cast<char>(documents.below(256));
    }
    const Comparison comparison = Compared()(text, spoilt);
    const Json other = Json::parse(spoilt, nullptr, false);
    if (other.is_discarded()) {
      // Only what is between quotes may be no JSON to the other reader, for it is no UTF-8.
      EXPECT_FALSE(comparison.same()) << text << '\n' << spoilt;
    } else {
      EXPECT_EQ(comparison.same(), nlohmann::json::parse(text) == nlohmann::json::parse(spoilt))
          << text << '\n'
          << spoilt;
    }
  }
}

}  // namespace
}  // namespace banyan::strangler
