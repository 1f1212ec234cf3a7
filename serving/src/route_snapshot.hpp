// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/path_table.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/promotion/traffic_evidence.hpp"
#include "banyan/routing/live_routes.hpp"
#include "banyan/routing/without_effect.hpp"
#include "banyan/serving/served.hpp"
#include "banyan/telemetry/call_statistics.hpp"
#include "both_sides.hpp"
#include "endpoint_workers.hpp"
#include "listeners.hpp"
#include "side_health.hpp"
#include "testers.hpp"
#include "tls_material.hpp"
#include "upstream_pool.hpp"

namespace banyan::serving {

/// The module that the statistics of a route without a rollout are kept under.
inline constexpr std::string_view kNoRollout = "legacy";

/// A page of the process itself, as an entry of the table. A route of the file that has exactly its
/// path comes before it.
struct OwnPage {
  Endpoint endpoint;
  OwnPages least = OwnPages::All;  ///< on which listeners it stands
  /// What it says to those who are no operators; empty: the same, or nothing, by `least`.
  std::function<http::Response()> to_others;
};

/// Where one side of a target is.
struct Destination {
  bool here = false;             ///< an operation or endpoint of this process
  UpstreamPool* pool = nullptr;  ///< else where to forward to; null: there is no such side
  const strangler::Rewriting* rewriting = nullptr;
  std::shared_ptr<telemetry::CallCounter> requests;
  SideWindow* window = nullptr;  ///< of a rollout

  bool exists() const { return here || pool != nullptr; }
};

/// What a request was found to be for: an operation of a module, an endpoint of the application, a
/// page of the process, or a route of the file.
struct Target {
  strangler::Route route;  ///< name, effect and rollout; of all of them
  const ServedModule* module = nullptr;
  const binding::BoundOperation* operation = nullptr;
  const Endpoint* endpoint = nullptr;
  const OwnPage* page = nullptr;  ///< whose endpoint that is, if it is one of the process itself
  Executor* workers = nullptr;    ///< of an endpoint; null: it is answered at once
  bool for_visitors = true;       ///< found where anybody comes
  bool for_others = true;         ///< found where other processes of the application come
  Destination old_side;
  Destination new_side;
  std::shared_ptr<const BothSides> both_sides;  ///< of a rollout that somebody here decides
  /// By effect: of a rollout by whose plan these requests may move; null: there are none such, or
  /// nobody here decides.
  std::array<strangler::OperationEvidence*, 2> evidence{};

  /// The stage of its rollout decides; else there is one side.
  bool in_rollout() const {
    return !route.rollout.empty() && old_side.exists() && new_side.exists();
  }
  const Destination& destination(Side side) const {
    return side == Side::Remote ? new_side : old_side;
  }
  /// Of the kit: asked with a Context.
  bool has_context() const { return operation != nullptr || endpoint != nullptr; }
  /// What metrics, logs and the dashboard call it.
  std::string_view statistics_module() const;
  std::string_view statistics_name() const;
  strangler::OperationEvidence* evidence_of(Effect effect) const {
    return evidence[static_cast<std::size_t>(effect)];
  }
  /// What its evidence goes by: its name, and of one that has both, reads and writes apart.
  std::string judged_name(Effect effect) const;
};

/// What one generation of the routes comes to: one table of operations, endpoints and routes of the
/// file, with one set of rules, and where each leads. Immutable; a request keeps the snapshot that
/// it began with.
class RouteSnapshot {
 public:
  struct Parts {
    std::shared_ptr<const strangler::Routing> routing;
    const Served& served;
    const std::vector<OwnPage>& pages;
    std::vector<Shown> listeners;  ///< what is found on the listeners; one table for each kind
    const EndpointWorkers& endpoint_workers;
    Executor& page_workers;
    const UpstreamPool::Common& upstreams;
    const TlsMaterial& tls;
    telemetry::CallStatistics& requests;
    SideHealth& sides;
    RolloutBook* book = nullptr;  ///< null: nobody here decides between two sides
    strangler::TrafficEvidence* evidence = nullptr;  ///< null: nobody here decides
    const RouteSnapshot* before = nullptr;           ///< lends its unchanged pools
    std::string file;                                ///< for messages
  };
  /// What is wrong with the table as a whole: the file claims what a module has. Everything that
  /// parts refer to must outlive the snapshot, but for `before`.
  static std::expected<std::shared_ptr<const RouteSnapshot>, std::vector<strangler::FileProblem>>
  build(const Parts& parts);

  /// Puts its pools in force. A snapshot that was built may still be refused, and has changed
  /// nothing until then. Before it is published; `checks` must outlive it.
  void begin(const TlsMaterial& tls, upstream::HealthChecks& checks) const;

  struct Match {
    http::PathMatch found;
    const Target* target = nullptr;
    /// The moving target that the request misses by its spelling only; it goes elsewhere.
    const Target* beside = nullptr;
  };
  Match match(Shown listener, std::string_view method, std::string_view target) const;

  /// Whether a request is for this target on some listener.
  bool leads_to(const Target& target, std::string_view method, std::string_view asked) const;

  /// All that can be found on such a listener, in the order in which it wins.
  std::vector<const Target*> by_precedence(Shown listener) const;

  const strangler::Routing& routing() const { return *routing_; }
  const strangler::Configuration& configuration() const { return routing_->configuration; }
  const std::map<std::string, std::shared_ptr<UpstreamPool>>& pools() const { return pools_; }
  const std::deque<Target>& targets() const { return targets_; }
  const Testers& testers() const { return testers_; }
  /// Whether some target of the rollout has a new side.
  bool has_new_side(std::string_view rollout) const;
  /// Its operations that have evidence, by name.
  std::vector<strangler::JudgedOperation> judged_operations(std::string_view rollout) const;
  /// What the file says of its rollouts that comes to nothing by `now`.
  std::vector<strangler::WithoutEffect> without_effect(Timestamp now) const;

 private:
  explicit RouteSnapshot(const Parts& parts);
  std::vector<strangler::NamedOperation> named_operations(std::string_view rollout) const;
  void take_pools(const Parts& parts);
  void take_pool(const Parts& parts, const strangler::UpstreamGroup& group,
                 const upstream::Group* called);
  void add_operations(const Parts& parts);
  void add_endpoints(const Parts& parts);
  void add_routes(const Parts& parts);
  void add_pages(const Parts& parts);
  void count(const Parts& parts);
  UpstreamPool* pool(const std::string& name) const;
  std::vector<strangler::FileProblem> compile(const Parts& parts);
  std::vector<strangler::FileProblem> read_secrets(const Parts& parts);
  std::shared_ptr<const CopyRules> copies_of(std::string_view rollout) const;

  std::shared_ptr<const strangler::Routing> routing_;
  std::map<std::string, std::shared_ptr<UpstreamPool>> pools_;
  std::deque<strangler::Rewriting> rewritings_;
  std::deque<Target> targets_;     ///< the pages last
  std::vector<OwnPages> page_of_;  ///< of the last targets
  Testers testers_;
  std::map<std::string, std::shared_ptr<const CopyRules>, std::less<>> copies_;  ///< by rollout
  struct Table {
    std::optional<http::PathTable> paths;
    std::vector<const Target*> targets;  ///< by the index of the entry
  };
  static std::size_t table_of(Shown shown);
  std::array<Table, 6> tables_;  ///< by audience, then OwnPages
};

}  // namespace banyan::serving
