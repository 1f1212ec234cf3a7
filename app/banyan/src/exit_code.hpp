// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace banyan::cli {

/// What the program ends with; scripts go by these.
enum ExitCode : int {
  kDone = 0,
  kRefused = 1,      ///< understood and refused, or (verify) tampering found; the reason is printed
  kUsage = 2,        ///< the command line itself is wrong; nothing was asked of anybody
  kUnreachable = 3,  ///< no answer from the process, no such control store or database, or held
  kUnfinished = 4,   ///< done, and cleaning up is left: the same command again completes it
};

}  // namespace banyan::cli
