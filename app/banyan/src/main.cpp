// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include <exception>

#include "command_line.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

int main(int argc, char** argv) {
  // A reader who has seen enough (`banyan log | head`) is an error of the write, not a signal.
  ::signal(SIGPIPE, SIG_IGN);
  try {
    return banyan::cli::run(argc, argv);
  } catch (const std::exception& exception) {
    banyan::cli::print_error({banyan::ErrorCode::Internal, "banyan.fault", exception.what(), {}},
                             banyan::cli::wants_json(argc, argv));
    return banyan::cli::kFault;
  }
}
