// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access_log.hpp"
#include "banyan/http/server.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/routing/rollout_reach.hpp"
#include "banyan/serving/server.hpp"
#include "banyan/stages/control_store.hpp"
#include "banyan/succession/offer.hpp"
#include "chain/make_chain.hpp"
#include "differences_desk.hpp"
#include "endpoint_workers.hpp"
#include "listeners.hpp"
#include "live_streams.hpp"
#include "live_view.hpp"
#include "own_pages.hpp"
#include "refused_files.hpp"
#include "rollout_book.hpp"
#include "shadows.hpp"

namespace banyan::serving {

/// Destroyed from the bottom up: first those who ask, then those who are asked.
struct Server::Inside {
  static constexpr std::size_t kPageWorkers = 2;
  static constexpr std::size_t kWaitingPages = 64;
  /// What streams show may hang as long as a database does, which keeps nobody from health and
  /// metrics; a document is made once for all of them.
  static constexpr std::size_t kStreamWorkers = 1;
  static constexpr std::size_t kWaitingStreams = 64;
  static constexpr std::size_t kAdminWorkers = 2;
  static constexpr std::size_t kWaitingForAdmin = 64;

  Inside(Parts given, const TlsMaterial& material);

  void fault(std::string_view what) const { parts.telemetry.fault(what); }
  const telemetry::Log& log() const { return parts.telemetry.log; }
  const strangler::Stages* stages() const {
    return parts.control != nullptr ? &parts.control->stages() : nullptr;
  }
  /// A path of the file is relative to the file's own folder; "-" is none.
  std::string beside_the_file(const std::string& path) const {
    if (path == "-") return path;
    return (std::filesystem::path(parts.settings.config_file).parent_path() / path).string();
  }
  std::shared_ptr<const RouteSnapshot> current() const {
    return routes->read([](const auto& now) { return now; });
  }
  /// What the file says of a rollout, for as long as it is held, though a reload comes; null:
  /// nothing.
  std::shared_ptr<const strangler::RolloutPlan> plan_of(std::string_view rollout) const {
    const auto now = current();
    return {now, now->configuration().rollout(rollout)};
  }
  std::expected<std::shared_ptr<const RouteSnapshot>, std::vector<strangler::FileProblem>> snapshot(
      std::shared_ptr<const strangler::Routing> routing, const TlsMaterial& material,
      const RouteSnapshot* before);
  void tell();
  std::function<void(std::string_view rollout, std::string_view operation)> when_tripped() {
    if (parts.control == nullptr) return {};
    return [control = parts.control](std::string_view rollout, std::string_view operation) {
      control->conductor().trip(rollout, operation);
    };
  }
  void forget_what_is_gone();
  /// Requests that no operation got, since the start.
  strangler::Unowned unowned_in_all() const;
  /// What was counted up to now was of other routes: advice is about these.
  void count_anew();
  /// Which requests go by the stage of a rollout, when the file says that.
  strangler::RolloutReach reach_of(const strangler::Configuration& configuration,
                                   std::string_view rollout) const;
  /// Rollouts that `fresh` takes the routes away of while their traffic is on the new side.
  /// `before`: what is in force; null at the start.
  std::vector<strangler::FileProblem> left_behind(const strangler::Configuration& fresh,
                                                  const strangler::Configuration* before) const;
  /// Requests of rollouts that have moved which `fresh` sends back by another route.
  std::vector<strangler::FileProblem> sent_back(const strangler::Configuration& fresh,
                                                const strangler::Configuration& before) const;
  /// The rollouts that requests go by here: those of the file, and modules.
  std::vector<std::string> rollouts_of(const strangler::Configuration& configuration) const;
  /// What may be brought to each rollout's new side, for the next start. Of those that others go by
  /// it stays as they have noted it; those that a reload has taken away (of `before`) have nothing.
  std::vector<strangler::TablePart> reaches(const strangler::Configuration* before) const;
  /// For the switch log, where the routes are other ones than the last process had. `before`: what
  /// was in force until now; null at the start.
  void note_table(const std::string& why, const strangler::Configuration* before) const;
  succession::Offer::Parts offer_parts();
  std::string traces() const {
    const auto& recorder = parts.telemetry.recorder;
    return recorder ? tracing::traces_json(*recorder) : R"({"traces":[]})";
  }
  telemetry::Health::Finding upstream_health() const;
  void warn_of_what_needs_a_restart(const strangler::Configuration& now) const;
  /// Of what the file says that comes to nothing, such as a rule for an operation that there is
  /// none of.
  void warn_of_what_has_no_effect() const;
  void renew_certificates(const strangler::Configuration& now, const TlsMaterial& material);
  /// A reload that was ended by an exception.
  std::vector<strangler::FileProblem> failed(const std::exception& exception) const {
    fault(exception.what());
    return {{parts.settings.config_file, {}, exception.what()}};
  }

  Parts parts;
  OperatorGuard guard;
  strangler::Configuration started_with;
  strangler::LiveRoutes file;
  upstream::HealthChecks checks;
  UpstreamPool::Common upstreams;
  std::vector<OwnPage> pages;
  SideHealth sides;
  RolloutBook book;
  TlsServers tls;
  Listeners listeners;
  std::optional<CurrentRoutes> routes;
  Tunnels tunnels;
  Refusals refusals;
  FallThrough fall_through;
  Visits visits;
  FailureLog failures;
  /// What there was when the routes were read last.
  struct CountedBefore {
    strangler::Unowned unowned{};
    std::map<std::string, std::uint64_t, std::less<>> missed{};  ///< by rollout
  };
  mutable std::mutex counting;
  CountedBefore counted_before;
  std::mutex reloading;
  FileMarks certificates;
  FileMarks refused_certificates;  ///< of the last configuration, if it was refused for them
  FileMarks secrets;               ///< of the last configuration, also if it was refused
  RefusedFiles refused;
  std::optional<LiveView> view;
  std::unique_ptr<AccessLog> access_log;
  std::optional<Outcomes> outcomes;
  std::optional<Shadows> shadows;
  std::optional<DifferencesDesk> differences;
  std::optional<LiveStreams> streams;
  std::optional<OperatorPages> operators;
  std::unique_ptr<Chain> chain;
  // They record what became of what they have answered, so they end before who is told.
  const OnTaskFault on_task_fault = [this](std::string_view what) { fault(what); };
  std::unique_ptr<Executor> page_workers =
      make_worker_pool(kPageWorkers, kWaitingPages, on_task_fault);
  std::unique_ptr<Executor> stream_workers =
      make_worker_pool(kStreamWorkers, kWaitingStreams, on_task_fault);
  std::unique_ptr<Executor> admin_workers =
      make_worker_pool(kAdminWorkers, kWaitingForAdmin, on_task_fault);
  EndpointWorkers endpoint_workers{parts.served.endpoints, parts.served.endpoint_threads,
                                   on_task_fault};
  std::unique_ptr<http::NetworkServer> server;
  std::function<void()> taken;
  std::optional<succession::Offer> offer;
};

}  // namespace banyan::serving
