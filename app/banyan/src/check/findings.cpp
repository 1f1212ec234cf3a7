// SPDX-License-Identifier: Apache-2.0
#include "check/findings.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "banyan/kernel/clock.hpp"
#include "check/copies.hpp"
#include "check/files.hpp"
#include "check/of_an_application.hpp"
#include "check/rollouts.hpp"
#include "check/routes.hpp"
#include "check/stickiness.hpp"
#include "check/trust.hpp"
#include "check/upstreams.hpp"
#include "check/writes_apart.hpp"

namespace banyan::cli::check {
namespace {

void look_at_what_has_no_effect(const serving::Preview& preview, std::vector<Finding>& found) {
  for (strangler::WithoutEffect& each : preview.without_effect(system_clock().now())) {
    add(found, Weight::Warning, each.rule, each.location, std::move(each.message));
  }
}

}  // namespace

std::vector<Finding> findings(const serving::Preview& preview, const ControlStoreNow& store,
                              const std::string& config_file) {
  const strangler::Configuration& configuration = preview.configuration();
  const std::filesystem::path folder = std::filesystem::path(config_file).parent_path();
  std::vector<Finding> found;
  look_at_files(configuration, store, folder, found);
  look_at_routes(preview, found);
  std::ranges::move(writes_apart(preview), std::back_inserter(found));
  look_whose_it_is(configuration, found);
  look_at_unused_upstreams(configuration, found);
  look_at_names_of_upstreams(configuration, found);
  look_at_streams(configuration, found);
  look_at_rollouts(configuration, store, found);
  look_at_what_has_no_effect(preview, found);
  look_at_copies(configuration, found);
  look_at_trust(preview, folder, found);
  look_at_stickiness(configuration, found);
  look_at_loops(configuration, found);
  look_at_the_rest_of_requests(preview, found);
  std::ranges::stable_sort(found, {}, &Finding::weight);
  return found;
}

}  // namespace banyan::cli::check
