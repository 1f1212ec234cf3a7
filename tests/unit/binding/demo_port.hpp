// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/examples.hpp"
#include "banyan/kernel/id.hpp"
#include "banyan/kernel/limits.hpp"
#include "banyan/kernel/money.hpp"
#include "banyan/kernel/port.hpp"
#include "banyan/kernel/resources.hpp"

/// A module of the tests' own, with every kind of resource.
namespace demo {

struct ThingTag {
  static constexpr std::string_view prefix = "thg";
};
using ThingId = banyan::Id<ThingTag>;

enum class Colour : std::uint8_t { Red, DarkBlue };
BOOST_DESCRIBE_ENUM(Colour, Red, DarkBlue)

struct Part {
  std::string name;
  std::int32_t count = 0;
  friend bool operator==(const Part&, const Part&) = default;
};
BOOST_DESCRIBE_STRUCT(Part, (), (name, count))

struct Thing {
  ThingId id;
  std::string name;
  std::optional<Colour> colour;
  std::vector<Part> parts;
  banyan::Money price;
  friend bool operator==(const Thing&, const Thing&) = default;
};
BOOST_DESCRIBE_STRUCT(Thing, (), (id, name, colour, parts, price))

struct Found {
  std::vector<std::string> asked;  ///< what arrived, for the tests to look at
  std::optional<std::string> next_cursor;
  friend bool operator==(const Found&, const Found&) = default;
};
BOOST_DESCRIBE_STRUCT(Found, (), (asked, next_cursor))

struct GetThing {
  ThingId id;
  using Response = Thing;
  static constexpr banyan::Operation operation{.name = "get_thing",
                                               .effect = banyan::Effect::Read,
                                               .errors = banyan::errors("demo.unknown_thing"),
                                               .summary = "One thing.",
                                               .precondition = "the thing exists"};
};
BOOST_DESCRIBE_STRUCT(GetThing, (), (id))

struct FindThings {
  std::string text;
  std::optional<Colour> colour;
  std::vector<ThingId> ids;
  std::optional<std::int64_t> limit;
  std::optional<std::string> cursor;
  using Response = Found;
  static constexpr std::array limits{
      banyan::Limit{.field = "limit", .min = 1, .max = 100, .usual = 10},
      banyan::Limit{.field = "ids", .max = 2}};
  static constexpr banyan::Operation operation{.name = "find_things",
                                               .effect = banyan::Effect::Read};
};
BOOST_DESCRIBE_STRUCT(FindThings, (), (text, colour, ids, limit, cursor))

struct MakeThing {
  std::string name;
  std::optional<Colour> colour;
  std::vector<Part> parts;
  banyan::Money price;
  using Response = Thing;
  static constexpr banyan::Operation operation{
      .name = "make_thing",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::ByKey,
      .errors = banyan::errors("demo.name_taken", "demo.too_dear"),
      .summary = "Makes a thing.",
      .precondition = "no other thing has the name",
      .postcondition = "the thing is there, once for each key"};
};
BOOST_DESCRIBE_STRUCT(MakeThing, (), (name, colour, parts, price))

struct RenameThing {
  ThingId id;
  std::string name;
  using Response = Thing;
  static constexpr banyan::Operation operation{.name = "rename_thing",
                                               .effect = banyan::Effect::Write,
                                               .errors = banyan::errors("demo.unknown_thing")};
};
BOOST_DESCRIBE_STRUCT(RenameThing, (), (id, name))

struct PolishThing {
  ThingId id;
  using Response = void;
  static constexpr banyan::Operation operation{.name = "polish_thing",
                                               .effect = banyan::Effect::Write,
                                               .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(PolishThing, (), (id))

struct BreakThing {
  std::string name;
  using Response = Found;
  static constexpr banyan::Operation operation{.name = "break_thing",
                                               .effect = banyan::Effect::Write,
                                               .idempotency = banyan::Idempotency::None};
};
BOOST_DESCRIBE_STRUCT(BreakThing, (), (name))

struct Demo : banyan::Port<GetThing, FindThings, MakeThing, RenameThing, PolishThing, BreakThing> {
  static constexpr banyan::PortInfo port{
      .name = "demo", .version = {2, 1}, .summary = "Things for tests"};
};

constexpr bool can_be_renamed(const Thing& thing) { return thing.name != "the one"; }
/// Its paint dries after it has been made.
constexpr bool is_drying(const Thing& thing) { return thing.colour.has_value(); }
/// A long name takes its time.
constexpr bool is_being_engraved(const Thing& thing) { return thing.name.size() > 20; }

constexpr auto http_resources = banyan::resources<Demo>(
    banyan::at<GetThing>("GET /things/{id}"), banyan::at<FindThings>("GET /things"),
    banyan::at<MakeThing>("POST /things", "/things/{id}").accepted_while<&is_drying>(),
    banyan::at<RenameThing>("PUT /things/{id}/name")
        .offered<&can_be_renamed>("rename")
        .accepted_while<&is_being_engraved>("/things/{id}"),
    banyan::at<PolishThing>("PUT /things/{id}/polish"),
    banyan::at<BreakThing>("DELETE /broken-things/{name}"));

/// Of two of its operations, and of one of its errors.
inline auto examples() {
  using Id = ThingId;
  return std::tuple(
      banyan::example(
          MakeThing{"lamp", Colour::Red, {{"bulb", 2}}, {999, "EUR"}},
          {banyan::example_id<Id>(7), "lamp", std::nullopt, {{"bulb", 2}}, {999, "EUR"}},
          Thing{banyan::example_id<Id>(7), "lamp", Colour::Red, {{"bulb", 2}}, {999, "EUR"}}),
      banyan::example(FindThings{"a", Colour::DarkBlue, {banyan::example_id<Id>(7)}, 10, {}},
                      {{"a"}, "next"}));
}
inline std::vector<banyan::Error> example_errors() {
  return {{banyan::ErrorCode::AlreadyExists, "demo.name_taken", "there is a lamp already", {}}};
}

inline ThingId thing_id(unsigned number) {
  const std::string digits = std::to_string(number);
  return *ThingId::parse("thg_" + std::string(32 - digits.size(), '0') + digits);
}

/// Answers with what it was asked, or as the test says.
class DemoModule final : public Demo {
 public:
  std::function<void()> before = [] {};
  std::optional<banyan::Error> error;
  banyan::Context seen;
  int calls = 0;

  banyan::Result<Thing> handle(const GetThing& get, const banyan::Context& context) override {
    if (refuse(context)) return banyan::fail(*error);
    return Thing{get.id, "found", std::nullopt, {}, {}};
  }
  banyan::Result<Found> handle(const FindThings& find, const banyan::Context& context) override {
    if (refuse(context)) return banyan::fail(*error);
    Found found{{find.text}};
    if (find.colour) found.asked.push_back(*find.colour == Colour::Red ? "red" : "blue");
    for (const ThingId& id : find.ids) found.asked.push_back(id.str());
    if (find.limit) found.asked.push_back(std::to_string(*find.limit));
    if (find.limit == 1 && find.cursor != "last one") found.next_cursor = "last one";
    return found;
  }
  banyan::Result<Thing> handle(const MakeThing& make, const banyan::Context& context) override {
    if (refuse(context)) return banyan::fail(*error);
    return Thing{thing_id(7), make.name, make.colour, make.parts, make.price};
  }
  banyan::Result<Thing> handle(const RenameThing& rename, const banyan::Context& context) override {
    if (refuse(context)) return banyan::fail(*error);
    return Thing{rename.id, rename.name, Colour::DarkBlue, {}, {}};
  }
  banyan::Result<void> handle(const PolishThing& /*polish*/,
                              const banyan::Context& context) override {
    if (refuse(context)) return banyan::fail(*error);
    return {};
  }
  banyan::Result<Found> handle(const BreakThing& broken, const banyan::Context& context) override {
    if (refuse(context)) return banyan::fail(*error);
    return Found{{broken.name}};
  }

 private:
  bool refuse(const banyan::Context& context) {
    ++calls;
    seen = context;
    before();
    return error.has_value();
  }
};

}  // namespace demo
