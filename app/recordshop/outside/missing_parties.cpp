// SPDX-License-Identifier: Apache-2.0
#include "outside/missing_parties.hpp"

#include "banyan/telemetry/health.hpp"

namespace recordshop {

using banyan::telemetry::Health;

std::shared_ptr<MissingParties> missing_parties(const banyan::host::OwnParts& own,
                                                const MissingPartiesHealth& words) {
  auto missing = std::make_shared<MissingParties>(own.environment.clock);
  if (own.health == nullptr) return missing;
  own.health->add(std::string(words.name), false, [missing, words] {
    const std::string names = missing->list();
    if (names.empty()) return Health::Finding{};
    return Health::Finding{false,
                           std::string(words.things) + " are with " + names +
                               ", which this process does not reach: " + std::string(words.remedy)};
  });
  return missing;
}

}  // namespace recordshop
