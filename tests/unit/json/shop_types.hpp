// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/id.hpp"
#include "banyan/kernel/limits.hpp"
#include "banyan/kernel/money.hpp"

/// Types with everything that may cross a boundary, for the codec's tests.
namespace shop {

struct TrackTag {
  static constexpr std::string_view prefix = "trk";
};
using TrackId = banyan::Id<TrackTag>;

enum class State : std::uint8_t { Placed, OutOfStock, HTTPError };
BOOST_DESCRIBE_ENUM(State, Placed, OutOfStock, HTTPError)

enum class Signed : std::int16_t { Below = -7, Zero = 0, Above = 300 };
BOOST_DESCRIBE_ENUM(Signed, Below, Zero, Above)

struct Line {
  TrackId track;
  std::int32_t quantity = 0;
  friend bool operator==(const Line&, const Line&) = default;
  static constexpr std::array limits{banyan::Limit{.field = "quantity", .min = 1, .max = 1000}};
};
BOOST_DESCRIBE_STRUCT(Line, (), (track, quantity))

struct Order {
  std::vector<Line> lines;
  State state = State::Placed;
  std::optional<std::string> note;
  friend bool operator==(const Order&, const Order&) = default;
  static constexpr std::array limits{banyan::Limit{.field = "lines", .min = 1, .max = 3},
                                     banyan::Limit{.field = "note", .max = 5}};
};
BOOST_DESCRIBE_STRUCT(Order, (), (lines, state, note))

struct Integers {
  std::int8_t i8 = 0;
  std::uint8_t u8 = 0;
  std::int16_t i16 = 0;
  std::uint16_t u16 = 0;
  std::int32_t i32 = 0;
  std::uint32_t u32 = 0;
  std::int64_t i64 = 0;
  std::uint64_t u64 = 0;
  friend bool operator==(const Integers&, const Integers&) = default;
};
BOOST_DESCRIBE_STRUCT(Integers, (), (i8, u8, i16, u16, i32, u32, i64, u64))

struct Base {
  std::string inherited;
  friend bool operator==(const Base&, const Base&) = default;
};
BOOST_DESCRIBE_STRUCT(Base, (), (inherited))

struct Everything : Base {
  bool flag = false;
  double ratio = 0;
  Signed level = Signed::Zero;
  banyan::Money price;
  banyan::Timestamp at;
  std::map<std::string, std::vector<Line>> by_name;
  std::optional<std::int64_t> count;
  std::optional<std::vector<std::string>> words;
  friend bool operator==(const Everything&, const Everything&) = default;
};
BOOST_DESCRIBE_STRUCT(Everything, (Base), (flag, ratio, level, price, at, by_name, count, words))

/// Contains itself.
struct Tree {
  std::string name;
  std::vector<Tree> children;
  friend bool operator==(const Tree&, const Tree&) = default;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (name, children))

inline const std::string kTrack = "trk_00000000000070008000000000000001";

}  // namespace shop
