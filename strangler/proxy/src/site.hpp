// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "forwarding/forwarder.hpp"
#include "routing/live_routes.hpp"

namespace banyan::strangler {

/// An upstream group with the connections to it. Lives on over reloads that leave the group as it
/// is, so that neither connections nor what is known of its health are lost.
struct UpstreamPool {
  UpstreamPool(const UpstreamGroup& described, const ForwarderOptions& options,
               const HealthRules& health);

  UpstreamGroup group;
  std::shared_ptr<InstanceGroup> instances;
  Forwarder forwarder;
};

/// What one generation of the file comes to: the routes, and where each of them leads. Immutable;
/// a request keeps the site that it began with.
class Site {
 public:
  /// `before` (or null) lends its unchanged pools.
  Site(std::shared_ptr<const Routing> routing, const Site* before, const ForwarderOptions& options,
       const HealthRules& health);

  struct Way {
    UpstreamPool* legacy = nullptr;
    UpstreamPool* successor = nullptr;  ///< null: there is only one side
  };
  Way way(const Route& route) const;

  const Routing& routing() const { return *routing_; }
  const std::map<std::string, std::shared_ptr<UpstreamPool>>& pools() const { return pools_; }
  /// Whether some route of the migration has a new side.
  bool has_successor(std::string_view migration) const;

 private:
  std::shared_ptr<const Routing> routing_;
  std::map<std::string, std::shared_ptr<UpstreamPool>> pools_;
  std::unordered_map<const Route*, Way> ways_;
};

}  // namespace banyan::strangler
