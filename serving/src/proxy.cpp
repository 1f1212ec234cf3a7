// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/proxy.hpp"

#include <filesystem>
#include <optional>
#include <utility>

#include "banyan/kernel/error.hpp"
#include "banyan/serving/control_plane.hpp"
#include "banyan/serving/restart.hpp"
#include "banyan/serving/server.hpp"
#include "banyan/telemetry/contained.hpp"

namespace banyan::serving {
namespace {

std::string sentence(const Error& error) { return error.message + " (" + error.rule + ")\n"; }

/// What another one holds, or a disk that is away, may be there in a moment.
std::unexpected<std::string> refused(const Error& error) {
  if (error.code == ErrorCode::Unavailable) {
    throw OperationalFault(error, error.message + " (" + error.rule + ")");
  }
  return std::unexpected(sentence(error));
}

}  // namespace

/// Destroyed from the bottom up: first those who ask, then those who are asked.
struct Proxy::Parts {
  explicit Parts(const std::string& log_file)
      : telemetry({.service = "banyan-proxy", .file = log_file}) {}

  Telemetry telemetry;
  std::unique_ptr<Scheduler> scheduler = telemetry::contained(
      make_thread_scheduler(), [this](std::string_view what) { telemetry.background_fault(what); });
  std::unique_ptr<ControlPlane> control;
  Served served{.title = "banyan proxy"};
  std::unique_ptr<Server> server;
  bool serves = false;  ///< it has begun to, and its end is not told yet

  std::size_t drained(std::size_t cut) {
    if (std::exchange(serves, false)) {
      telemetry.log.write(telemetry::Level::Info, "stopped", {{"exchanges_cut", cut}});
    }
    return cut;
  }
};

Proxy::Proxy(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Proxy::~Proxy() { drain(std::chrono::milliseconds{0}); }

std::expected<std::unique_ptr<Proxy>, std::string> Proxy::make(const ProxyOptions& options) {
  auto routing = strangler::load_routing(options.config_file);
  if (!routing) return std::unexpected(to_string(routing.error()));
  const strangler::Configuration& configuration = (*routing)->configuration;
  std::vector<std::string> peers = configuration.trusted_peers;
  peers.insert(peers.end(), options.trusted_peers.begin(), options.trusted_peers.end());
  auto trusted = strangler::TrustedPeers::parse(peers);
  if (!trusted) return std::unexpected("trusted peers: " + trusted.error() + "\n");

  auto parts = std::make_unique<Parts>(options.log_file);
  Parts* const all = parts.get();
  if (const auto traced = all->telemetry.trace(configuration.tracing, options.version); !traced) {
    return std::unexpected(sentence(traced.error()));
  }
  const std::string store =
      (std::filesystem::path(options.config_file).parent_path() / configuration.control_store)
          .string();
  succession::Introduction self{"banyan proxy", options.version, {}, {}, 0};
  self.facts["control store"] = location_of(store);
  Succession has;
  if (options.take_over) {
    auto taken = take_over(self, configuration, {}, kOtherAddress, all->telemetry.log);
    if (!taken) return std::unexpected(sentence(taken.error()));
    has = std::move(*taken);
  }
  auto control = ControlPlane::open(
      {.store =
           (std::filesystem::path(options.config_file).parent_path() / configuration.control_store)
               .string(),
       .config_file = options.config_file,
       .clock = system_clock(),
       .rollouts = configuration.rollout_names(),
       .survey =
           [all](std::string_view rollout) {
             return strangler::Topology{.old_side = all->server->has_rollout(rollout),
                                        .new_side = all->server->has_new_side(rollout),
                                        .old_side_sees_writes = all->server->shares_data(rollout)};
           },
       .steps = [all](std::string_view rollout) { return all->server->steps(rollout); },
       .tunnels = [all](std::string_view rollout) { return all->server->tunnels(rollout); },
       .missed = [all](std::string_view rollout) { return all->server->missed(rollout); },
       .new_side_writes =
           [all](std::string_view rollout) { return all->server->new_side_writes(rollout); },
       .unowned = [all] { return all->server->unowned(); },
       .testers = [all](std::string_view rollout) { return all->server->testers(rollout); },
       .fallbacks = [all](std::string_view rollout) { return all->server->fallbacks(rollout); },
       .preflight = [all](std::string_view rollout) { return all->server->preflight(rollout); },
       .operations =
           [all](std::string_view rollout) { return all->server->judged_operations(rollout); },
       .judged_side = [all](std::string_view rollout) { return all->server->judged_side(rollout); },
       .plan_of = [all](std::string_view rollout) { return all->server->plan(rollout); }},
      *all->scheduler, all->telemetry);
  if (!control) return refused(control.error());
  all->control = std::move(*control);
  auto server = Server::make({.settings = {.config_file = options.config_file,
                                           .loops = options.loops,
                                           .explain = options.explain,
                                           .trusted_peers = std::move(*trusted),
                                           .health = options.health,
                                           .late_after = options.late_after},
                              .routing = *routing,
                              .served = all->served,
                              .telemetry = all->telemetry,
                              .table = all->control->stages(),
                              .control = all->control.get(),
                              .clock = system_clock(),
                              .self = std::move(self),
                              .takeover = std::move(has.takeover),
                              .locks = std::move(has.locks)});
  if (!server) return std::unexpected(to_string(server.error()));
  all->server = std::move(*server);
  return std::unique_ptr<Proxy>(new Proxy(std::move(parts)));
}

void Proxy::start() {
  prepare();
  open();
  let_predecessor_end();
}

void Proxy::prepare() { parts_->server->prepare(); }

void Proxy::open() {
  parts_->server->open();
  parts_->serves = true;
}

void Proxy::let_predecessor_end() noexcept { parts_->server->let_predecessor_end(); }

std::vector<http::Endpoint> Proxy::listening() const {
  std::vector<http::Endpoint> all;
  for (const Server::Address& each : parts_->server->addresses()) {
    if (each.clients) all.push_back(each.endpoint);
  }
  return all;
}

std::vector<std::string> Proxy::urls() const {
  std::vector<std::string> all;
  for (const Server::Address& each : parts_->server->addresses()) {
    if (each.clients) all.push_back(each.url);
  }
  return all;
}

std::optional<http::Endpoint> Proxy::operators() const {
  for (const Server::Address& each : parts_->server->addresses()) {
    if (each.operators) return each.endpoint;
  }
  return std::nullopt;
}

std::optional<std::string> Proxy::operators_url() const {
  for (const Server::Address& each : parts_->server->addresses()) {
    if (each.operators) return each.url;
  }
  return std::nullopt;
}

std::expected<std::uint64_t, std::vector<strangler::FileProblem>> Proxy::reload() {
  return parts_->server->reload();
}

std::expected<void, std::vector<strangler::FileProblem>> Proxy::renew_certificates() {
  return parts_->server->renew_certificates();
}

FileMarks Proxy::certificate_files() const { return parts_->server->certificate_files(); }

FileMarks Proxy::refused_certificate_files() const {
  return parts_->server->refused_certificate_files();
}

FileMarks Proxy::secret_files() const { return parts_->server->secret_files(); }

std::size_t Proxy::drain(std::chrono::milliseconds deadline) {
  return parts_->drained(parts_->server->drain(deadline));
}

std::size_t Proxy::drain() { return parts_->drained(parts_->server->drain()); }

void Proxy::reopen_logs() { parts_->server->reopen_logs(); }

void Proxy::fault(std::string_view what) const noexcept { parts_->telemetry.fault(what); }

void Proxy::stop_being_ready() { parts_->server->stop_being_ready(); }

void Proxy::on_taken(std::function<void()> taken) { parts_->server->on_taken(std::move(taken)); }

bool Proxy::taken() const { return parts_->server->taken(); }

}  // namespace banyan::serving
