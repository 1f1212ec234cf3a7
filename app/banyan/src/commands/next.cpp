// SPDX-License-Identifier: Apache-2.0
#include "traffic_text.hpp"

namespace banyan::cli {

int next(const Place& place, const ChangeOptions& options) {
  return change(place, options, "next");
}

}  // namespace banyan::cli
