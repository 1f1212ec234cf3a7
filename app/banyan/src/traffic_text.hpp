// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "commands.hpp"

namespace banyan::cli {

using Json = nlohmann::ordered_json;

/// A field of a document of the admin API; "" when it is not there or no text.
std::string text_of(const Json& object, const char* key);
std::uint64_t number_of(const Json& object, const char* key);

/// Rollouts of a status as people are shown them: of one whose requests all read no side has the
/// writes, whatever its stage is called.
Json shown_rollouts(const Json& document);

/// "old" or "new" of what the API calls local and remote: of a foreign application nothing is
/// local.
std::string side_text(const std::string& side);

/// "108 requests of books were answered by the old side, since the new one had failed".
std::string fallbacks_text(std::uint64_t requests, const std::string& module);

/// "canary 25%", from an object with stage and reads.
std::string stage_text(const Json& traffic);

/// What a change has left on the new side, where it has left anything there.
void show_left_behind(const Json& change);

/// Prints what a change did.
int show_change(const Json& document);

/// Prints what an order about a plan did.
int show_plan_answer(const Json& document);

/// Asks for a change of a module by this verb of the API.
int change(const ControlTarget& target, const ChangeOptions& options, const std::string& verb);

}  // namespace banyan::cli
