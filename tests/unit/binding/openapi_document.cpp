// SPDX-License-Identifier: Apache-2.0
// Prints the document that the validator looks at.
#include <iostream>

#include "banyan/binding/openapi.hpp"
#include "demo_port.hpp"

int main() {
  std::cout << banyan::binding::openapi(
      {.title = "Things", .version = "1.0.0", .description = "A port of the tests."},
      {banyan::binding::PortBinding<demo::Demo>::describe()});
}
