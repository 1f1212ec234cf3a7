// SPDX-License-Identifier: Apache-2.0
#include "traffic_text.hpp"

namespace banyan::cli {

int shadow(const ControlTarget& target, const ChangeOptions& options) {
  return change(target, options, "shadow");
}

}  // namespace banyan::cli
