// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/report.hpp"

/// What `banyan check` says of single things.
namespace banyan::cli::check {

/// "clients", "operators", "clients and operators".
std::string whom_for(const serving::Preview::Listening& listening);
/// "127.0.0.1:9000, 127.0.0.1:9001 by TLS"
std::string instances_of(const strangler::UpstreamGroup& group);
/// "1%, 10%, 50%, 100%, then the writes"
std::string steps_of(const strangler::RolloutPlan& plan);
/// Where a rollout of the file stands; nothing where an application's own control store may know
/// better than the one beside the file, which says nothing.
std::optional<std::string> stage_now(const Report& report, std::string_view rollout);
/// "/albums/{id}", "/albums and below".
std::string path_of(const strangler::Route& route);
/// "shop", "shop -> catalog (rollout catalog)".
std::string sides_of(const strangler::Route& route);
/// "banyan.toml:12:3: ", or "" where it is about the file as a whole.
std::string at(const std::string& file, strangler::FileLocation location);
/// Whether a proxy would start, and what was found.
std::string verdict(const Report& report);

struct Line {
  std::string label;
  std::string text;
};
/// Where a request goes: at once, or at each stage of a rollout.
std::vector<Line> explain(const Report& report, const serving::Preview::Outcome& outcome);

}  // namespace banyan::cli::check
