// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <string>

#include "banyan/kernel/port.hpp"

/// A port that belongs to no module, for tests of what works on every port.
namespace demo {

struct Echoed {
  std::string text;
  friend bool operator==(const Echoed&, const Echoed&) = default;
};
BOOST_DESCRIBE_STRUCT(Echoed, (), (text))

struct Echo {
  std::string text;
  using Response = Echoed;
  static constexpr banyan::Operation operation{
      .name = "echo", .errors = banyan::errors("demo.refused"), .summary = "Says it again"};
};
BOOST_DESCRIBE_STRUCT(Echo, (), (text))

struct Store {
  std::string text;
  using Response = Echoed;
  static constexpr banyan::Operation operation{.name = "store",
                                               .effect = banyan::Effect::Write,
                                               .idempotency = banyan::Idempotency::ByKey,
                                               .errors = banyan::errors("demo.full"),
                                               .summary = "Keeps it"};
};
BOOST_DESCRIBE_STRUCT(Store, (), (text))

struct Demo : banyan::Port<Echo, Store> {
  static constexpr banyan::PortInfo port{.name = "demo", .version = {1, 0}};
};

/// A Demo that answers what the test says.
struct ScriptedDemo : Demo {
  std::function<banyan::Result<Echoed>(const Echo&, const banyan::Context&)> on_echo =
      [](const Echo& op, const banyan::Context&) { return Echoed{op.text}; };
  std::function<banyan::Result<Echoed>(const Store&, const banyan::Context&)> on_store =
      [](const Store& op, const banyan::Context&) { return Echoed{op.text}; };

  banyan::Result<Echoed> handle(const Echo& op, const banyan::Context& context) override {
    return on_echo(op, context);
  }
  banyan::Result<Echoed> handle(const Store& op, const banyan::Context& context) override {
    return on_store(op, context);
  }
};

}  // namespace demo
