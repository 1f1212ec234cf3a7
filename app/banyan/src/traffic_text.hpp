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

/// "canary 25%", from an object with stage and reads.
std::string stage_text(const Json& traffic);

/// Prints what a change did.
int show_change(const Json& document);

/// Prints what an order about a plan did.
int show_plan_answer(const Json& document);

/// Asks for a change of a module by this verb of the API.
int change(const ControlTarget& target, const ChangeOptions& options, const std::string& verb);

}  // namespace banyan::cli
