// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "banyan/kernel/bindings.hpp"
#include "banyan/kernel/context.hpp"

/// One body, many bindings. Each module's contract is a suite over `PortUnderTest`: the bodies are
/// compiled once, into the object library contract.<module>, and know nothing of how the port is
/// reached. A test program links the bodies and instantiates them for the bindings that it has:
///
///     INSTANTIATE_TEST_SUITE_P(Rehearsal, CatalogPortContract, testing::Values(…), print_name);
///
/// Whatever the binding, the module behind it begins with the records of sample_shop.hpp; see
/// sample_database.hpp for putting them into a file that a service of its own can serve.
namespace banyan::contract {

/// A port together with everything that it stands on. Each test makes its own.
template <class P>
class PortWorld {
 public:
  virtual ~PortWorld() = default;
  virtual P& port() = 0;
};

template <class P>
struct PortUnderTest {
  std::string name;  ///< letters, digits and '_': "in_process_sql", "rehearsal", "http", "process"
  std::function<std::unique_ptr<PortWorld<P>>()> make;
  friend void PrintTo(const PortUnderTest& port, std::ostream* out) { *out << port.name; }
};

/// For INSTANTIATE_TEST_SUITE_P: the test's name ends with the binding's.
inline constexpr auto print_name = [](const auto& info) { return info.param.name; };

/// Puts a binding in front of a port, and keeps both.
template <class P>
class BoundWorld final : public PortWorld<P> {
 public:
  using Bind = std::function<std::unique_ptr<P>(P& target)>;
  BoundWorld(std::unique_ptr<PortWorld<P>> inner, const Bind& bind)
      : inner_(std::move(inner)), bound_(bind(inner_->port())) {}
  P& port() override { return *bound_; }

 private:
  std::unique_ptr<PortWorld<P>> inner_;
  std::unique_ptr<P> bound_;
};

/// `port` reached through another binding: bound_to("rehearsal_sql", sql, rehearse).
template <class P>
PortUnderTest<P> bound_to(std::string name, PortUnderTest<P> port,
                          typename BoundWorld<P>::Bind bind) {
  return {std::move(name), [port = std::move(port), bind = std::move(bind)] {
            return std::make_unique<BoundWorld<P>>(port.make(), bind);
          }};
}

template <class P>
PortUnderTest<P> in_process(std::string name, PortUnderTest<P> port) {
  return bound_to<P>(std::move(name), std::move(port), [](P& target) {
    return bind_in_process(target, no_observer(), system_clock());
  });
}

/// A context for one action of a test.
inline Context any_context() {
  return Context::begin(std::chrono::seconds(20), system_clock(), system_random());
}
inline Context keyed(const std::string& key) { return any_context().with_key(key); }

}  // namespace banyan::contract
