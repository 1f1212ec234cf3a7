// SPDX-License-Identifier: Apache-2.0
#include "contract/shipping/shipping_port_contract.hpp"
#include "contract/wire_worlds.hpp"

namespace banyan::contract {
namespace {

using ::shipping::Shipping;
using Binding = binding::PortBinding<Shipping>;

/// Shipping behind a wire, and all that this needs.
struct Wired {
  template <class Open>
  Wired(Shipping& module, std::string_view name, Open open)
      : local(bind_in_process(module, no_observer(), system_clock())),
        table(Binding::bind(*local, no_observer(), system_clock())),
        transport(open(table)),
        remote(Binding::remote(*transport, no_observer(), name, system_clock())) {}

  std::unique_ptr<Shipping> local;
  binding::OperationTable table;
  std::unique_ptr<binding::RpcTransport> transport;
  std::unique_ptr<Shipping> remote;
};

template <class Open>
ShippingUnderTest shipping_over(std::string name, Keeping keeping, Open open) {
  return {name, [name, keeping, open] {
            return std::make_unique<ShippingWorld>(keeping, [name, open](Shipping& module) {
              const auto wired = std::make_shared<Wired>(module, name, open);
              return std::shared_ptr<Shipping>(wired, wired->remote.get());
            });
          }};
}

// Over a network a deadline is bounded by the machine's clock, and this world has a clock of its
// own: the running service is driven by tests/e2e/outside.
INSTANTIATE_TEST_SUITE_P(
    Wire, ShippingPortContract,
    testing::Values(shipping_over("rehearsal", Keeping::Memory,
                                  [](const auto& table) {
                                    return std::make_unique<binding::LoopbackTransport>(
                                        table, system_clock(), system_random());
                                  })),
    print_name);

}  // namespace
}  // namespace banyan::contract
