// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/fields.hpp"
#include "banyan/http/recycled.hpp"

namespace banyan::http {
namespace {

std::string in_capitals(std::string_view name) {
  std::string capitals(name);
  std::ranges::transform(capitals, capitals.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return capitals;
}

TEST(KnownField, HasANumberOfItsOwnForEachNameWhateverItsCase) {
  std::set<KnownField> numbers;
  for (const std::string_view name : known::kNames) {
    const KnownField number = known_field(name);
    EXPECT_NE(number, 0) << name;
    EXPECT_TRUE(numbers.insert(number).second) << name;
    EXPECT_EQ(known_field(in_capitals(name)), number) << name;
  }
}

TEST(KnownField, IsNoneForNamesThatOnlyLookAlike) {
  for (const std::string_view name :
       {std::string_view(), std::string_view("Hos"), std::string_view("Hosts"),
        std::string_view("H0st"), std::string_view("X\rRequest-Id"),
        std::string_view("Content_Length"), std::string_view("Content-Length "),
        std::string_view("\0ost", 4), std::string_view("Transfer\rEncoding"),
        std::string_view("T\xC5"), std::string_view("vi\x01")}) {
    EXPECT_EQ(known_field(name), 0) << name;
  }
  for (const std::string_view name : known::kNames) {
    for (std::size_t at = 0; at < name.size(); ++at) {
      std::string other(name);
      other[at] = '!';
      EXPECT_EQ(known_field(other), 0) << other;
    }
  }
}

TEST(FieldSet, HoldsWhatItWasMadeOfAndNoOtherName) {
  constexpr FieldSet kSet(std::to_array<FieldName>({"Via", "Host"}));
  EXPECT_TRUE(kSet.contains(known_field("via")));
  EXPECT_TRUE(kSet.contains(known_field("HOST")));
  EXPECT_FALSE(kSet.contains(known_field("Date")));
  EXPECT_FALSE(kSet.contains(known_field("X-Anything")));
}

TEST(Fields, AreFoundByNamesOfTheProgramAndByOthers) {
  Fields fields{{"host", "a"}, {"X-One", "1"}, {"X-Two", "2"}, {"x-one", "3"}};
  EXPECT_EQ(fields.find("Host"), "a");
  EXPECT_EQ(fields.find("X-ONE"), "1");
  EXPECT_EQ(fields.count(std::string("X-One")), 2U);
  EXPECT_FALSE(fields.contains("X-Three"));
  EXPECT_FALSE(fields.contains("Via"));
  std::vector<std::string_view> values;
  fields.each("x-one", [&](std::string_view value) { values.push_back(value); });
  EXPECT_EQ(values, (std::vector<std::string_view>{"1", "3"}));
}

TEST(Fields, ThatWereRemovedAreNotFoundAndCanComeBack) {
  Fields fields{{"Via", "1.1 a"}, {"Host", "a"}};
  EXPECT_EQ(fields.remove("via"), 1U);
  EXPECT_FALSE(fields.contains("Via"));
  EXPECT_EQ(fields.count("Via"), 0U);
  fields.set("VIA", "1.1 b");
  EXPECT_EQ(fields.find("Via"), "1.1 b");
  fields.clear();
  EXPECT_FALSE(fields.contains("Via"));
  EXPECT_TRUE(fields.empty());
}

TEST(Recycled, GivesEachOneItsDestructorAndMemoryOfItsOwn) {
  struct Counted {
    explicit Counted(int& count) : left(&count) {}
    ~Counted() { ++*left; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    int* left;
  };
  int ended = 0;
  constexpr int kRounds = 1000;
  for (int round = 0; round < kRounds; ++round) {
    const auto first = make_recycled<Counted>(ended);
    const auto second = make_recycled<Counted>(ended);
    EXPECT_NE(first, second);
  }
  EXPECT_EQ(ended, 2 * kRounds);
}

}  // namespace
}  // namespace banyan::http
