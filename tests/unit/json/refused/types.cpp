// SPDX-License-Identifier: Apache-2.0
// Compiled once per case by the tests: each must fail with its sentence.
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/json/shape_of.hpp"

namespace {

struct Undescribed {
  int field;
};

struct LastForgotten {
  std::string name;
  int count;
};
BOOST_DESCRIBE_STRUCT(LastForgotten, (), (name))

struct OptionalForgotten {
  std::string name;
  std::optional<std::string> remark;
};
BOOST_DESCRIBE_STRUCT(OptionalForgotten, (), (name))

struct MiddleForgotten {
  std::string name;
  std::string artist;
  std::string label;
};
BOOST_DESCRIBE_STRUCT(MiddleForgotten, (), (name, label))

struct FirstForgotten {
  int count;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(FirstForgotten, (), (name))

struct Base {
  int id;
};
BOOST_DESCRIBE_STRUCT(Base, (), (id))

struct BaseForgotten : Base {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(BaseForgotten, (), (name))

struct Swapped {
  int count;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Swapped, (), (name, count))

struct LikenessOfNothing {
  int a;
  static constexpr std::array likeness{banyan::Likeness{.field = "b"}};
};
BOOST_DESCRIBE_STRUCT(LikenessOfNothing, (), (a))

struct LikenessThatDoesNotFit {
  std::string a;
  static constexpr std::array likeness{
      banyan::Likeness{.field = "a", .as = banyan::Alike::AnyOrder}};
};
BOOST_DESCRIBE_STRUCT(LikenessThatDoesNotFit, (), (a))

using Refused =
#if CASE == 1
    int*;
#elif CASE == 2
    std::string_view;
#elif CASE == 3
    std::span<const int>;
#elif CASE == 4
    std::unique_ptr<int>;
#elif CASE == 5
    std::function<void()>;
#elif CASE == 6
    Undescribed;
#elif CASE == 7
    std::vector<bool>;
#elif CASE == 8
    std::vector<std::string_view>;
#elif CASE == 9
    LastForgotten;
#elif CASE == 10
    OptionalForgotten;
#elif CASE == 11
    MiddleForgotten;
#elif CASE == 12
    FirstForgotten;
#elif CASE == 13
    BaseForgotten;
#elif CASE == 14
    Swapped;
#elif CASE == 15
    LikenessOfNothing;
#elif CASE == 16
    LikenessThatDoesNotFit;
#endif

}  // namespace

const banyan::json::Shape& shape = banyan::json::shape_of<Refused>();
const auto element = shape.container == nullptr ? nullptr : shape.container->element;
