// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/forwarding/trusted_peers.hpp"
#include "banyan/http/endpoint.hpp"
#include "banyan/http/instance_lock.hpp"
#include "banyan/http/loop.hpp"
#include "banyan/http/network_server.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/routing.hpp"
#include "banyan/routing/live_routes.hpp"
#include "banyan/serving/control_plane.hpp"
#include "banyan/serving/file_marks.hpp"
#include "banyan/serving/served.hpp"
#include "banyan/serving/telemetry.hpp"
#include "banyan/succession/introduction.hpp"
#include "banyan/succession/takeover.hpp"
#include "banyan/upstream/health_window.hpp"
#include "banyan/verdict/plan_runner.hpp"

namespace banyan::serving {

struct ServerSettings {
  /// What a reload reads again; "": the routing that it begins with is all there is.
  std::string config_file;
  /// What the process has been told besides; the routing that it begins with has it already.
  strangler::Overlay overlay{};
  /// What else may be wrong with what a reload has read; then the routes stay what they are. The
  /// routing that it begins with has passed it.
  strangler::LiveRoutes::Check check{};
  std::size_t loops = 0;  ///< 0: one per core
  bool explain = false;   ///< an X-Strangler field in each answer says why it came from where
  strangler::TrustedPeers trusted_peers{};
  upstream::HealthRules health{};
  /// As in ProxyOptions.
  std::chrono::milliseconds late_after = http::kLateAfter;
};

/// The serving library as one object: listens, and takes each request through the chain to its
/// outcome. What it serves is what `served` has and what the routes of the file lead to; with
/// nothing served it is the standalone proxy.
///
/// drain() it, then end the workers of the served modules, then destroy it: what they have answered
/// is recorded here.
///
/// make(), start() and its two steps, drain() and the destructor on one thread; the rest on any.
class Server {
 public:
  struct Parts {
    ServerSettings settings;
    std::shared_ptr<const strangler::Routing> routing;
    const Served& served;
    Telemetry& telemetry;
    const RoutingTable& table;        ///< that decides
    ControlPlane* control = nullptr;  ///< null in a service
    const Clock& clock;
    succession::Introduction self;  ///< for who takes over; without addresses
    /// What it takes over from, if it does, and the locks of what it will listen on (prepare()
    /// takes them when there are none).
    std::optional<succession::Takeover> takeover{};
    std::vector<http::InstanceLock> locks{};
    /// What it listens with; empty: the engine.
    http::MakeServer make_server{};
  };
  /// All that parts refer to must outlive the server. What is wrong with certificates, or with the
  /// file beside what is served.
  static std::expected<std::unique_ptr<Server>, std::vector<strangler::FileProblem>> make(
      Parts parts);
  /// drain() with no time.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// prepare(), open(), let_predecessor_end().
  void start();
  /// Does everything that can fail, and accepts nobody yet. Throws std::runtime_error or
  /// std::system_error that says what is in the way.
  void prepare();
  /// Accepts; if it takes over, when the running process has said that it goes. Throws
  /// std::runtime_error when that does not go. After success nothing may end this process but who
  /// asks for it: nobody else serves.
  void open();
  /// Whoever watches this process (a service manager) has been told that it is the service now: the
  /// one that it has taken over from may end, which waits for that, some seconds at most.
  void let_predecessor_end() noexcept;

  /// From open() on another process may take over; it has, and accepts: drain this one. Called
  /// once, on a thread of its own. Without it nobody may. Set it before prepare().
  void on_taken(std::function<void()> taken);
  /// Another process serves in place of this one.
  bool taken() const;

  struct Address {
    http::Endpoint endpoint;
    std::string url;  ///< as people type it
    bool clients = true;
    bool operators = false;
    Audience audience = Audience::Public;  ///< of the clients
  };
  /// Where it listens, in the order of the file; after prepare().
  std::vector<Address> addresses() const;

  /// Reads the file again; see Proxy::reload().
  std::expected<std::uint64_t, std::vector<strangler::FileProblem>> reload();
  /// See Proxy::renew_certificates().
  std::expected<void, std::vector<strangler::FileProblem>> renew_certificates();
  FileMarks certificate_files() const;
  FileMarks refused_certificate_files() const;
  FileMarks secret_files() const;

  /// From now on /health/ready answers 503, unless another process has taken over: then the address
  /// is the other's too. Everything else goes on.
  void stop_being_ready();

  /// Opens the log and the access log again by their names.
  void reopen_logs();

  /// What stands on both sides of a rollout of the file.
  bool has_new_side(std::string_view rollout) const;
  /// Whether the configuration names it now.
  bool has_rollout(std::string_view rollout) const;
  /// Asks the new side of a rollout whether it can take traffic: one of its instances has to
  /// answer well, within a second. Why it cannot; nothing when it can. Not on a loop.
  std::optional<std::string> preflight(std::string_view rollout) const;
  strangler::TunnelCounts tunnels(std::string_view rollout) const;
  /// Requests that passed the rollout's routes by because of their spelling, since these were read
  /// last; see FallThrough.
  std::uint64_t missed(std::string_view rollout) const;
  /// Of those who may choose a side, if the file lets anybody.
  std::optional<strangler::TesterCounts> testers(std::string_view rollout) const;
  /// Requests of a rollout that write and that its new side got, since the start.
  std::uint64_t new_side_writes(std::string_view rollout) const;
  /// Requests that the old side has answered in place of the new one, if the file lets it.
  std::optional<std::uint64_t> fallbacks(std::string_view rollout) const;
  /// Requests that belong to no operation, since the start, and since the routes were read last.
  strangler::Unowned unowned() const;
  std::vector<strangler::Percent> steps(std::string_view rollout) const;
  /// How the rollout is to move by itself, by its configuration.
  strangler::Plan plan(std::string_view rollout) const;
  /// Its operations whose requests may go to either side, by the names that their evidence has.
  std::vector<strangler::JudgedOperation> judged_operations(std::string_view rollout) const;
  /// What evidence about its new side is about, see strangler::JudgedSideOf.
  std::string judged_side(std::string_view rollout) const;
  /// Does its configuration say that both sides work on the same data?
  bool shares_data(std::string_view rollout) const;
  /// Whether the module here may answer a read that another module, a page or a saga has called,
  /// in place of its service, which has not answered: as the rollout's plan of fallback says, and
  /// out of its budget, which this takes from. Counted as the fallback of a request is. `calls`:
  /// how many the module here was asked in the last ten seconds besides requests.
  bool may_answer_here(std::string_view rollout, std::uint64_t calls) const;
  /// Whether the next reads of an action of which one has come home so may be answered here, too:
  /// by the plan and the data as they are now. Nothing is taken and nothing counted.
  bool may_stay_here(std::string_view rollout) const;

  /// Not ready; has clients go, spread over `drain_spread` of the configuration; stops accepting,
  /// lets what runs finish, cuts what is left at the deadline. How many exchanges were cut.
  std::size_t drain(std::chrono::milliseconds deadline);
  /// With the deadline of the configuration.
  std::size_t drain();

 private:
  struct Inside;
  explicit Server(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace banyan::serving
