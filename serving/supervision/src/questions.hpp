// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "banyan/kernel/clock.hpp"
#include "banyan/supervision/deployment.hpp"
#include "banyan/supervision/fleet.hpp"

namespace banyan::supervision {

/// What a supervisor is asked from outside, and answers: `banyan ps` (status), `banyan down` (stop)
/// and `banyan restart`. An order changes the fleet at once, and is answered when that has come to
/// what was asked for, or cannot any more. On the supervisor's thread.
class Questions final {
 public:
  using Json = nlohmann::ordered_json;
  /// A line for people: what was asked for.
  using Say = std::function<void(const std::string& line)>;

  /// All must outlive it.
  Questions(const Deployment& deployment, Fleet& fleet, const Clock& clock, Say say);

  /// See ControlServer::Answerer: nothing, and the question is asked again later. A question is
  /// kept as it has become; a refusal has a rule and says why.
  std::optional<Json> answer(Json& question, bool first);

 private:
  std::optional<Json> answer_restart(Json& question, bool first);

  const Deployment& deployment_;
  Fleet& fleet_;
  const Clock& clock_;
  const Say say_;
};

}  // namespace banyan::supervision
