// SPDX-License-Identifier: Apache-2.0
#include "traffic_text.hpp"

namespace banyan::cli {

int shift(const ControlTarget& target, const ChangeOptions& options) {
  return change(target, options, "shift");
}

}  // namespace banyan::cli
