// SPDX-License-Identifier: Apache-2.0
#include <exception>

#include "command_line.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

int main(int argc, char** argv) {
  try {
    return banyan::cli::run(argc, argv);
  } catch (const std::exception& exception) {
    banyan::cli::print_error(exception.what());
    return banyan::cli::kRefused;
  }
}
