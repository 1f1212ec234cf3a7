// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace banyan::cli {

/// Parses the command line and runs what it asks for; returns an ExitCode.
int run(int argc, char** argv);

}  // namespace banyan::cli
