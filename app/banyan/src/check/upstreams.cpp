// SPDX-License-Identifier: Apache-2.0
#include "check/upstreams.hpp"

#include <algorithm>
#include <string>

#include "banyan/http/loopback.hpp"
#include "check/of_an_application.hpp"

namespace banyan::cli::check {
namespace {

using strangler::Configuration;
using strangler::Route;

}  // namespace

void look_at_unused_upstreams(const Configuration& configuration, std::vector<Finding>& found) {
  if (may_be_of_an_application(configuration)) return;
  for (const strangler::UpstreamGroup& group : configuration.upstreams) {
    const bool used = std::ranges::any_of(configuration.routes, [&](const Route& route) {
      return route.legacy == group.name || route.successor == group.name;
    });
    if (used) continue;
    add(found, Weight::Warning, "unused_upstream", {},
        "no route leads to [upstreams." + group.name +
            "]; name it as the legacy or the successor of one, or take it out" +
            unless_of_module(group.name));
  }
}

void look_at_names_of_upstreams(const Configuration& configuration, std::vector<Finding>& found) {
  for (const strangler::UpstreamGroup& group : configuration.upstreams) {
    const bool forms_come = std::ranges::any_of(configuration.routes, [&](const Route& route) {
      const bool leads_there = route.legacy == group.name || route.successor == group.name;
      return leads_there && route.methods.contains("POST");
    });
    if (group.host.empty() || !forms_come) continue;
    add(found, Weight::Note, "host_beside_origin", {},
        "[upstreams." + group.name + "] hears Host: " + group.host +
            ", and Origin as browsers say it: an application that compares the two against "
            "forged requests refuses every form. Let it go by X-Forwarded-Host, or leave host out");
  }
}

void look_at_streams(const Configuration& configuration, std::vector<Finding>& found) {
  const auto total = configuration.limits.total_time;
  if (total.count() == 0) return;
  const auto cut = std::ranges::find_if(
      configuration.upstreams,
      [&](const strangler::UpstreamGroup& group) { return group.stream_time > total; });
  if (cut == configuration.upstreams.end()) return;
  add(found, Weight::Note, "total_time_ends_streams", {},
      "total_time in [limits] is for all of an exchange: it cuts streams of events, and downloads "
      "and uploads that take longer, in the middle. Each phase has a limit of its own; leave it "
      "out, or, where nothing streams, set a stream_time that is no longer in [upstreams." +
          cut->name + "]");
}

void look_at_loops(const Configuration& configuration, std::vector<Finding>& found) {
  std::vector<strangler::Address> own;
  for (const auto& each : configuration.listen) own.push_back(each.address);
  for (const auto& tls : configuration.tls) {
    for (const auto& each : tls.listen) own.push_back(each.address);
  }
  if (configuration.operators) own.push_back(*configuration.operators);
  const auto leads_here = [&](const strangler::Address& address) {
    return std::ranges::any_of(own, [&](const strangler::Address& listening) {
      if (listening == address) return listening.port != 0 || address.host.starts_with("unix:");
      const bool any = listening.host == "0.0.0.0" || listening.host == "::";
      return any && listening.port == address.port && http::is_loopback(address.host);
    });
  };
  for (const strangler::UpstreamGroup& group : configuration.upstreams) {
    if (std::ranges::none_of(group.instances, leads_here)) continue;
    add(found, Weight::Warning, "leads_to_itself", {},
        "[upstreams." + group.name +
            "] is an address on which this proxy listens itself, and a request that comes round "
            "is refused (508); name the address of the application");
  }
}

}  // namespace banyan::cli::check
