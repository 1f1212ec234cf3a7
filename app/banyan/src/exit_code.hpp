// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/exit_code.hpp"

namespace banyan::cli {

using exit_code::kBadConfiguration;
using exit_code::kBadData;
using exit_code::kDone;
using exit_code::kFault;
using exit_code::kRefused;
using exit_code::kUnavailable;
using exit_code::kUnfinished;
using exit_code::kUsage;

}  // namespace banyan::cli
