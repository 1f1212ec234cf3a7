// SPDX-License-Identifier: Apache-2.0
#include "traffic_text.hpp"

namespace banyan::cli {

int shift(const Place& place, const ChangeOptions& options) {
  return change(place, options, "shift");
}

}  // namespace banyan::cli
