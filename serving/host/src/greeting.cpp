// SPDX-License-Identifier: Apache-2.0
#include "greeting.hpp"

#include <algorithm>

namespace banyan::host {
namespace {

using Address = serving::Server::Address;

template <class Wanted>
Address first_of(const std::vector<Address>& addresses, Wanted wanted) {
  const auto found = std::ranges::find_if(addresses, wanted);
  return found == addresses.end() ? Address{} : *found;
}

std::string modules_of(const Assembly& assembly) {
  std::string lines;
  for (const auto& module : assembly.modules()) {
    if (module->runs() == "absent") continue;
    lines += "    " + module->name() + ": " + std::string(module->runs()) +
             (module->service ? " (service at " + to_string(*module->service) + ")" : "") +
             (module->routed && module->rehearsed ? ", and here by rehearsal" : "") + '\n';
  }
  return lines;
}

}  // namespace

Address address_for_clients(const std::vector<Address>& addresses) {
  return first_of(addresses, [](const Address& each) { return each.clients; });
}

std::string greeting_of(const Application& application, const Assembly& assembly,
                        const serving::Served& served, const std::vector<Address>& addresses) {
  const std::string url = address_for_clients(addresses).url;
  const std::string operators =
      first_of(addresses, [](const Address& each) { return each.operators; }).url;
  // "" where callers of the application have no listener of their own.
  const std::string inside = first_of(addresses, [](const Address& each) {
                               return each.audience == Audience::Internal;
                             }).url;
  const bool has_pages = std::ranges::any_of(
      served.endpoints, [](const serving::Endpoint& each) { return each.path == "/about"; });

  std::string text = application.title + " is open.\n\n  open  " + url;
  text += has_pages ? "\n  open  " + url + "about      what this is" : "           what this is";
  if (!operators.empty()) {
    text += "\n  open  " + operators + "_banyan/   modules and traffic, live";
  }
  text += "\n  API   " + url + "openapi.json\n";
  if (!inside.empty()) {
    text += "  inside  " + inside + "   for other processes of the application (--at MODULE=...)\n";
  }
  return text + "\n  modules\n" + modules_of(assembly) + "\n  Ctrl-C stops it.\n";
}

}  // namespace banyan::host
