// SPDX-License-Identifier: Apache-2.0
#include "traffic_text.hpp"

namespace banyan::cli {

int back(const Place& place, const ChangeOptions& options) {
  return change(place, options, "back");
}

}  // namespace banyan::cli
