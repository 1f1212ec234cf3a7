// SPDX-License-Identifier: Apache-2.0
#include "schema.hpp"

namespace shared {
const std::vector<banyan::migrations::Script>& migrations();  // generated from migrations/shared
}

namespace recordshop {

const std::vector<banyan::migrations::Script>& shared_scripts() { return shared::migrations(); }

const std::vector<banyan::host::AllowedViolation>& violations() {
  static const std::vector<banyan::host::AllowedViolation> all = {
      {"warehouse", "tracks", "stock.track_id references tracks until warehouse is decoupled"},
      {"warehouse", "orders",
       "reservations.order_id references orders until warehouse is decoupled"},
      {"warehouse", "activity", "writes down stock movements in the shared table until decoupled"},
      {"orders", "tracks", "order_lines.track_id references tracks until orders is decoupled"},
      {"orders", "activity",
       "writes down what happened to orders in the shared table until decoupled"},
  };
  return all;
}

}  // namespace recordshop
