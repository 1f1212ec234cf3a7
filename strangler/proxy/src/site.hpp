// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "forwarding/forwarder.hpp"
#include "forwarding/health_checks.hpp"
#include "kernel/context.hpp"
#include "routing/live_routes.hpp"
#include "telemetry/call_statistics.hpp"
#include "tls_material.hpp"

namespace banyan::strangler {

/// The module that a route's statistics are kept under: its migration, or this when it has none.
inline constexpr std::string_view kNotMigrated = "legacy";

/// An upstream group with the connections to it. Lives on over reloads that leave the group as it
/// is, so that neither connections nor what is known of its health are lost.
struct UpstreamPool {
  /// What all groups have in common.
  struct Common {
    ForwarderOptions forwarding;
    HealthRules health;
    HealthChecks* checks = nullptr;  ///< must outlive the pool
  };
  /// `tls_context`: null for plain HTTP.
  UpstreamPool(const UpstreamGroup& described, const Common& common,
               http::TlsClient::Context tls_context);

  UpstreamGroup group;
  std::shared_ptr<http::TlsClient> tls;
  std::shared_ptr<InstanceGroup> instances;
  Forwarder forwarder;
  std::shared_ptr<void> checking;
};

/// What one generation of the file comes to: the routes, and where each of them leads. Immutable;
/// a request keeps the site that it began with.
class Site {
 public:
  /// `before` (or null) lends its unchanged pools; they are told of what `tls` has for them.
  Site(std::shared_ptr<const Routing> routing, const Site* before,
       const UpstreamPool::Common& common, const TlsMaterial& tls,
       telemetry::CallStatistics& requests);

  struct Way {
    UpstreamPool* legacy = nullptr;
    UpstreamPool* successor = nullptr;  ///< null: there is only one side
    telemetry::CallCounter* to_legacy = nullptr;
    telemetry::CallCounter* to_successor = nullptr;
    const Rewriting* legacy_rewriting = nullptr;
    const Rewriting* successor_rewriting = nullptr;

    UpstreamPool& pool(Side side) const { return side == Side::Remote ? *successor : *legacy; }
    telemetry::CallCounter& requests(Side side) const {
      return side == Side::Remote ? *to_successor : *to_legacy;
    }
  };
  const Way& way(const Route& route) const;

  const Routing& routing() const { return *routing_; }
  const std::map<std::string, std::shared_ptr<UpstreamPool>>& pools() const { return pools_; }
  /// Whether some route of the migration has a new side.
  bool has_successor(std::string_view migration) const;

 private:
  std::shared_ptr<const Routing> routing_;
  std::map<std::string, std::shared_ptr<UpstreamPool>> pools_;
  std::deque<Rewriting> rewritings_;
  std::unordered_map<const Route*, Way> ways_;
};

}  // namespace banyan::strangler
