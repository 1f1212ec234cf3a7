// SPDX-License-Identifier: Apache-2.0
#include "check/of_an_application.hpp"

namespace banyan::cli::check {

bool may_be_of_an_application(const strangler::Configuration& configuration) {
  return configuration.routes.empty();
}

std::string unless_of_module(const std::string& name) {
  return " (unless an application reads the file of which " + name +
         " is a module: it adds its modules' routes)";
}

void look_whose_it_is(const strangler::Configuration& configuration, std::vector<Finding>& found) {
  if (!may_be_of_an_application(configuration)) return;
  add(found, Weight::Note, "no_routes", {},
      "no [[routes]]: a proxy answers 404 to everything. An application that reads this file "
      "(--config) adds the routes of its modules; what the file says of a rollout or an upstream "
      "that has a module's name is in force there. Where their traffic stands, its own control "
      "store says, which is not looked at here: `banyan status` asks it");
}

}  // namespace banyan::cli::check
