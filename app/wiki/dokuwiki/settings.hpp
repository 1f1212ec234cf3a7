// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/host/parties.hpp"
#include "banyan/serving/served.hpp"

namespace banyan::host {
class Ports;
}

/// Which DokuWiki it is, as the command line says, and what of it the application takes over.
namespace wiki::dokuwiki {

std::vector<banyan::host::OwnOption> options();

/// pages::Wiki. Throws, with the next step, where the folder or the file is not said or not there.
banyan::host::Party the_wiki();

/// None in a process that does not reach the module. Throws as the_wiki() does.
std::vector<banyan::serving::Endpoint> endpoints(const banyan::host::Ports& ports,
                                                 const banyan::host::OwnParts& own);

}  // namespace wiki::dokuwiki
