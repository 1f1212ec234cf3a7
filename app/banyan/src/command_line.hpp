// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace banyan::cli {

/// Whether the command line wants documents, also where it cannot be read otherwise.
bool wants_json(int argc, char** argv);

/// Parses the command line and runs what it asks for; returns an ExitCode.
int run(int argc, char** argv);

}  // namespace banyan::cli
