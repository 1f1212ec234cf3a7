// SPDX-License-Identifier: Apache-2.0
#include "binding/wire_impl.hpp"
#include "demo_port.hpp"

namespace banyan::binding {
template <>
struct ResourcesOf<demo::Demo> {
  static constexpr auto value = demo::http_resources;
};
template struct Wire<demo::Demo>;
}  // namespace banyan::binding
