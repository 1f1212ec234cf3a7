// SPDX-License-Identifier: Apache-2.0
// Prints the description of the shop's whole API, also of what is internal, for the validator.
#include <iostream>

#include "all_ports.hpp"
#include "banyan/binding/openapi.hpp"

int main() {
  std::cout << banyan::binding::openapi({.title = "recordshop", .version = "0", .description = ""},
                                        recordshop::all_ports(), banyan::Audience::Internal);
}
