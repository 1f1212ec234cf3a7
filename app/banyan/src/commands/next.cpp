// SPDX-License-Identifier: Apache-2.0
#include "traffic_text.hpp"

namespace banyan::cli {

int next(const ControlTarget& target, const ChangeOptions& options) {
  return change(target, options, "next");
}

}  // namespace banyan::cli
