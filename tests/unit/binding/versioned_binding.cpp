// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/port_binding_impl.hpp"
#include "versioned_port.hpp"

namespace banyan::binding {
template <>
struct ResourcesOf<versioned::Desk> {
  static constexpr auto value = versioned::http_resources;
};
template struct PortBinding<versioned::Desk>;
}  // namespace banyan::binding
