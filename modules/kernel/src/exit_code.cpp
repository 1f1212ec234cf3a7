// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/exit_code.hpp"

namespace banyan::exit_code {

std::string for_help() {
  std::string text = "Exit codes:";
  for (const Meaning& each : kAll) {
    const std::string code = std::to_string(each.code);
    text += "\n  " + code + std::string(4 - code.size(), ' ');
    text += each.text;
  }
  return text;
}

}  // namespace banyan::exit_code
