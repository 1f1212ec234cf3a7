// SPDX-License-Identifier: Apache-2.0
#include "variables.hpp"

#include <algorithm>
#include <array>

#include "banyan/program/settings.hpp"

namespace banyan::program {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& each : out) {
    const bool letter = each >= 'a' && each <= 'z';
    const bool digit = each >= '0' && each <= '9';
    if (letter) each = static_cast<char>(each - 'a' + 'A');
    if (!letter && !digit && !(each >= 'A' && each <= 'Z')) each = '_';
  }
  return out;
}

// "tcp://10.0.0.1:80"
bool is_transport_address(std::string_view value) {
  return std::ranges::any_of(std::to_array<std::string_view>({"tcp://", "udp://", "sctp://"}),
                             [&](std::string_view scheme) { return value.starts_with(scheme); });
}

}  // namespace

std::string prefix_of(std::string_view program) { return upper(program) + '_'; }

bool is_service_link(std::string_view rest, std::string_view value) {
  if (rest == "SERVICE_HOST" || rest.starts_with("SERVICE_PORT")) return true;
  if (rest == "PORT") return is_transport_address(value);
  // PORT_80_TCP, PORT_80_TCP_ADDR
  constexpr std::string_view kNumbered = "PORT_";
  return rest.starts_with(kNumbered) && rest.size() > kNumbered.size() &&
         rest[kNumbered.size()] >= '0' && rest[kNumbered.size()] <= '9';
}

std::string variable_of(std::string_view program, std::string_view option) {
  return prefix_of(program) + upper(option);
}

std::string layers_for_help(std::string_view program) {
  return "What the command line does not say is taken from the environment (--log-file is " +
         variable_of(program, "log-file") +
         "), then from the file of --settings (log-file = FILE), then from the default. A "
         "switch"
         " is true or false there, and several values are parted by commas.";
}

}  // namespace banyan::program
