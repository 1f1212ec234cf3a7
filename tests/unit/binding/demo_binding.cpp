// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/port_binding_impl.hpp"
#include "demo_port.hpp"

namespace banyan::binding {
template <>
struct ResourcesOf<demo::Demo> {
  static constexpr auto value = demo::http_resources;
};
template <>
struct ExamplesOf<demo::Demo> {
  static auto all() { return demo::examples(); }
  static auto errors() { return demo::example_errors(); }
};
template struct PortBinding<demo::Demo>;
}  // namespace banyan::binding
