// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/server.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

#include "access_log.hpp"
#include "banyan/http/server.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/kernel/json_text.hpp"
#include "banyan/serving/dependency.hpp"
#include "banyan/serving/restart.hpp"
#include "banyan/succession/offer.hpp"
#include "banyan/telemetry/contained.hpp"
#include "chain/make_chain.hpp"
#include "differences_desk.hpp"
#include "endpoint_workers.hpp"
#include "listeners.hpp"
#include "live_streams.hpp"
#include "live_view.hpp"
#include "metrics.hpp"
#include "operators_token.hpp"
#include "own_pages.hpp"
#include "preflight.hpp"
#include "rollout_book.hpp"
#include "shadows.hpp"
#include "use_recorder.hpp"

namespace banyan::serving {
namespace {

using strangler::Configuration;
using strangler::FileProblem;
using strangler::Routing;

constexpr std::size_t kPageWorkers = 2;
constexpr std::size_t kWaitingPages = 64;
/// What streams show may hang as long as a database does, which keeps nobody from health and
/// metrics; a document is made once for all of them.
constexpr std::size_t kStreamWorkers = 1;
constexpr std::size_t kWaitingStreams = 64;
constexpr std::size_t kAdminWorkers = 2;
constexpr std::size_t kWaitingForAdmin = 64;

void log_change(const telemetry::Log& log, const upstream::HealthChange& change) {
  log.write(change.passing ? telemetry::Level::Info : telemetry::Level::Warning,
            change.passing ? "instance_healthy" : "instance_ejected",
            {{"upstream", change.group},
             {"instance", to_string(change.instance)},
             {"message", change.why}});
}

TlsServers servers_of(const TlsMaterial& material) {
  TlsServers servers;
  for (const http::TlsServer::Context& each : material.listeners) {
    servers.push_back(std::make_shared<http::TlsServer>(each));
  }
  return servers;
}

/// What is said at that path, if anything is.
template <class Answer>
std::optional<std::string> read(const Answer& answer, std::string_view path) {
  strangler::AdminAnswer said =
      answer({.method = "GET", .path = path, .query = {}, .content_type = {}, .body = {}});
  return said ? std::optional(std::move(*said)) : std::nullopt;
}

/// What a page that stays open is sent by itself: those of these that the process has.
std::vector<Feed> feeds_of(const std::vector<Document>& documents, const std::vector<Desk>& desks,
                           strangler::AdminApi* admin) {
  using namespace std::chrono_literals;
  constexpr std::pair<std::string_view, std::chrono::milliseconds> kFeeds[] = {
      {"live", 900ms},     {"status", 1'900ms},     {"plans", 1'900ms},      {"sagas", 1'900ms},
      {"events", 1'900ms}, {"placements", 1'900ms}, {"differences", 4'900ms}};
  std::vector<Feed> feeds;
  for (const auto& [name, every] : kFeeds) {
    const auto document = std::ranges::find(documents, name, &Document::name);
    const auto desk = std::ranges::find(desks, name, &Desk::name);
    if (document != documents.end()) {
      feeds.push_back({std::string(name), every, [json = document->json] { return json(); }});
    } else if (desk != desks.end()) {
      feeds.push_back(
          {std::string(name), every, [answer = desk->answer] { return read(answer, ""); }});
    } else if (admin != nullptr) {
      feeds.push_back(
          {std::string(name), every, [admin, path = '/' + std::string(name)] {
             return read(
                 [admin](const strangler::AdminRequest& request) { return admin->answer(request); },
                 path);
           }});
    }
  }
  return feeds;
}

std::size_t loops_of(const ServerSettings& settings) {
  return settings.loops != 0 ? settings.loops : std::max(1U, std::thread::hardware_concurrency());
}

/// What is counted by operation and side already, as uses of these sides.
std::vector<retirement::UseCount> uses_of(const telemetry::Metrics& metrics,
                                          const FallThrough& fall_through) {
  std::vector<retirement::UseCount> all;
  for (const auto& row : metrics.requests.read()) {
    // What had no room of its own may have been the old side's.
    const bool folded = row.key.way == "other";
    if (!folded && row.key.way != "local" && row.key.way != "remote") continue;
    all.push_back({{row.key.module, row.key.operation, folded ? "local" : row.key.way, "request"},
                   row.latency.count});
  }
  // More than one binding runs a call here.
  std::map<retirement::UseKey, std::uint64_t> calls;
  for (const auto& row : metrics.calls.read()) {
    const std::string side = row.key.way == "remote" ? "remote" : "local";
    calls[{row.key.module, row.key.operation, side, "call"}] += row.latency.count;
  }
  for (const auto& [key, count] : calls) all.push_back({key, count});
  for (const auto& [rollout, route, count] : fall_through.counts()) {
    all.push_back({{rollout, route, "local", "misspelled"}, count});
  }
  return all;
}

/// " (the new side of catalog)": of rollouts.
std::string sides_of(const RouteSnapshot& routes, const UpstreamPool& pool) {
  std::set<std::string> sides;
  for (const Target& target : routes.targets()) {
    if (!target.in_rollout()) continue;
    if (target.old_side.pool == &pool) sides.insert("the old side of " + target.route.rollout);
    if (target.new_side.pool == &pool) sides.insert("the new side of " + target.route.rollout);
  }
  std::string text;
  for (const std::string& side : sides) text += (text.empty() ? " (" : ", ") + side;
  return text.empty() ? text : text + ')';
}

}  // namespace

/// Destroyed from the bottom up: first those who ask, then those who are asked.
struct Server::Inside {
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
  std::expected<std::shared_ptr<const RouteSnapshot>, std::vector<FileProblem>> snapshot(
      std::shared_ptr<const Routing> routing, const TlsMaterial& material,
      const RouteSnapshot* before);
  void tell();
  std::function<void(std::string_view rollout, std::string_view operation)> when_tripped() {
    if (parts.control == nullptr) return {};
    return [control = parts.control](std::string_view rollout, std::string_view operation) {
      control->conductor().trip(rollout, operation);
    };
  }
  void forget_what_is_gone();
  succession::Offer::Parts offer_parts();
  std::string traces() const {
    const auto& recorder = parts.telemetry.recorder;
    return recorder ? tracing::traces_json(*recorder) : R"({"traces":[]})";
  }
  telemetry::Health::Finding upstream_health() const;
  void warn_of_what_needs_a_restart(const Configuration& now) const;
  void renew_certificates(const Configuration& now, const TlsMaterial& material);
  /// A reload that was ended by an exception.
  std::vector<FileProblem> failed(const std::exception& exception) const {
    fault(exception.what());
    return {{parts.settings.config_file, {}, exception.what()}};
  }

  Parts parts;
  OperatorGuard guard;
  Configuration started_with;
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
  FailureLog failures;
  std::mutex reloading;
  FileMarks certificates;
  FileMarks refused_certificates;  ///< of the last configuration, if it was refused for them
  std::optional<LiveView> view;
  std::unique_ptr<AccessLog> access_log;
  std::optional<Outcomes> outcomes;
  std::optional<Shadows> shadows;
  std::optional<DifferencesDesk> differences;
  std::optional<LiveStreams> streams;
  std::optional<OperatorPages> operators;
  std::unique_ptr<Chain> chain;
  // They record what became of what they have answered, so they end before who is told.
  std::unique_ptr<Executor> page_workers = make_worker_pool(kPageWorkers, kWaitingPages);
  std::unique_ptr<Executor> stream_workers = make_worker_pool(kStreamWorkers, kWaitingStreams);
  std::unique_ptr<Executor> admin_workers = make_worker_pool(kAdminWorkers, kWaitingForAdmin);
  EndpointWorkers endpoint_workers{parts.served.endpoints, parts.served.endpoint_threads};
  std::unique_ptr<http::NetworkServer> server;
  std::function<void()> taken;
  std::optional<succession::Offer> offer;
};

Server::Inside::Inside(Parts given, const TlsMaterial& material)
    : parts(std::move(given)),
      started_with(parts.routing->configuration),
      file(parts.settings.config_file, parts.routing, parts.settings.overlay),
      checks([this](const upstream::HealthChange& change) { log_change(log(), change); },
             [this](std::string_view what) { fault(what); }),
      upstreams{
          .forwarding = {.trusted_peers = parts.settings.trusted_peers,
                         .client_words = {started_with.drop_fields, started_with.pass_fields}},
          .health = parts.settings.health,
          .clock = parts.clock},
      pages(own_pages(parts.telemetry)),
      book(parts.clock),
      tls(servers_of(material)),
      listeners(
          listeners_of(started_with, tls, parts.served.context.trust == binding::Trust::Internal)),
      tunnels(parts.table, started_with.limits.pinned_tunnel_time),
      failures(parts.clock),
      certificates(material.files) {}

std::expected<std::shared_ptr<const RouteSnapshot>, std::vector<FileProblem>>
Server::Inside::snapshot(std::shared_ptr<const Routing> routing, const TlsMaterial& material,
                         const RouteSnapshot* before) {
  std::vector<Shown> shown;
  for (const Listener& listener : listeners) {
    if (listener.clients) shown.push_back(listener.shown());
  }
  return RouteSnapshot::build(
      {.routing = std::move(routing),
       .served = parts.served,
       .pages = pages,
       .listeners = std::move(shown),
       .endpoint_workers = endpoint_workers,
       .page_workers = *page_workers,
       .upstreams = upstreams,
       .tls = material,
       .requests = parts.telemetry.metrics.requests,
       .sides = sides,
       .book = parts.control != nullptr ? &book : nullptr,
       .evidence = parts.control != nullptr ? &parts.control->evidence() : nullptr,
       .before = before,
       .file = parts.settings.config_file});
}

/// What metrics, health and the operators' pages say.
void Server::Inside::tell() {
  telemetry::Metrics& metrics = parts.telemetry.metrics;
  metrics.add_samples([this] { return samples(*current(), stages()); });
  metrics.add_samples([this] { return own_samples(access_log.get(), server.get()); });
  metrics.add_samples([this] { return samples(listeners); });
  metrics.add_samples([this] { return samples(tunnels); });
  metrics.add_samples([this] { return refusals.samples(); });
  metrics.add_samples([this] { return fall_through.samples(); });
  metrics.add_samples([this] { return samples(sides, parts.clock.steady()); });
  metrics.add_samples([this] { return samples(book); });
  parts.telemetry.health.add("upstreams", false, [this] { return upstream_health(); });
  view.emplace(LiveView::Parts{parts.served, *routes, parts.telemetry, parts.control, tunnels,
                               sides, fall_through, parts.clock});
}

telemetry::Health::Finding Server::Inside::upstream_health() const {
  const auto now = current();
  std::string ill;
  for (const auto& [name, pool] : now->pools()) {
    if (!pool->instances->healthy())
      ill += (ill.empty() ? "" : ", ") + name + sides_of(*now, *pool);
  }
  if (ill.empty()) return {};
  return {false, "no healthy instance in " + ill};
}

void Server::Inside::warn_of_what_needs_a_restart(const Configuration& now) const {
  std::string changed;
  const auto note = [&](bool same, std::string_view what) {
    if (!same) changed.append(changed.empty() ? "" : ", ").append(what);
  };
  note(now.listen == started_with.listen, "listen");
  note(std::ranges::equal(now.tls, started_with.tls, {}, &strangler::TlsListeners::listen,
                          &strangler::TlsListeners::listen),
       "listen of [[proxy.tls]]");
  note(now.operators == started_with.operators, "operators");
  note(now.tracing == started_with.tracing, "tracing");
  note(now.half_close == started_with.half_close, "half_close");
  note(now.trusted_peers == started_with.trusted_peers, "trusted_peers");
  note(now.drop_fields == started_with.drop_fields, "drop_fields");
  note(now.pass_fields == started_with.pass_fields, "pass_fields");
  note(now.limits == started_with.limits, "limits");
  note(now.access_log == started_with.access_log, "access_log");
  note(now.control_store == started_with.control_store, "control_store");
  for (const ServedModule& module : parts.served.modules) {
    note(!module.service || called_alike(module.name, started_with, now),
         "[upstreams." + module.name + "] for calls between modules");
  }
  if (changed.empty()) return;
  log().write(
      telemetry::Level::Warning, "needs_restart",
      {{"changed", changed},
       {"message", "these settings are as they were at the start; restart to change them"}});
}

/// The figures of routes that the file no longer has.
void Server::Inside::forget_what_is_gone() {
  std::set<std::pair<std::string, std::string>> there;
  std::set<std::pair<std::string, std::string>> moving;
  std::set<std::string, std::less<>> rollouts;
  for (const Target& target : current()->targets()) {
    there.emplace(target.statistics_module(), target.statistics_name());
    moving.emplace(target.route.rollout, target.statistics_name());
    rollouts.insert(target.route.rollout);
  }
  const auto moves_no_more = [&](std::string_view rollout, std::string_view route) {
    return !moving.contains({std::string(rollout), std::string(route)});
  };
  fall_through.forget_if(moves_no_more);
  tunnels.forget_if(moves_no_more);
  sides.forget_if([&](std::string_view rollout) { return !rollouts.contains(rollout); });
  const auto gone = [&](const telemetry::CallStatistics::Key& key) {
    return key.way != "refused" && key.way != kOwn && !there.contains({key.module, key.operation});
  };
  parts.telemetry.metrics.requests.forget_if(gone);
  parts.telemetry.metrics.streams.forget_if(gone);
}

/// Goes by the addresses, which are what a reload cannot change.
void Server::Inside::renew_certificates(const Configuration& now, const TlsMaterial& material) {
  certificates = material.files;
  for (std::size_t i = 0; i < tls.size(); ++i) {
    const auto same =
        std::ranges::find(now.tls, started_with.tls[i].listen, &strangler::TlsListeners::listen);
    if (same == now.tls.end()) continue;
    tls[i]->use(material.listeners[static_cast<std::size_t>(same - now.tls.begin())]);
  }
}

Server::Server(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

Server::~Server() { drain(std::chrono::milliseconds{0}); }

std::expected<std::unique_ptr<Server>, std::vector<FileProblem>> Server::make(Parts parts) {
  const auto material = read_tls_material(parts.routing->configuration, parts.settings.config_file);
  if (!material) return std::unexpected(material.error().problems);
  auto inside = std::make_unique<Inside>(std::move(parts), *material);
  auto token = read_operators_token(inside->started_with, inside->parts.settings.config_file);
  if (!token) return std::unexpected(std::vector{std::move(token.error())});
  inside->guard.use(std::move(*token));
  auto first = inside->snapshot(inside->parts.routing, *material, nullptr);
  if (!first) return std::unexpected(std::move(first.error()));
  (*first)->begin(*material, inside->checks);
  inside->routes.emplace(
      std::make_unique<const std::shared_ptr<const RouteSnapshot>>(std::move(*first)));
  inside->tell();
  return std::unique_ptr<Server>(new Server(std::move(inside)));
}

void Server::start() {
  prepare();
  open();
  let_predecessor_end();
}

void Server::prepare() {
  Inside& all = *inside_;
  if (all.parts.locks.empty()) all.parts.locks = lock_listeners(all.started_with, kOtherAddress);
  if (all.started_with.access_log) {
    strangler::AccessLogPlan plan = *all.started_with.access_log;
    plan.file = all.beside_the_file(plan.file);
    all.access_log = std::make_unique<AccessLog>(plan, loops_of(all.parts.settings));
  }
  all.outcomes.emplace(Outcomes::Parts{.metrics = all.parts.telemetry.metrics,
                                       .log = all.log(),
                                       .sides = all.sides,
                                       .refusals = all.refusals,
                                       .fall_through = all.fall_through,
                                       .failures = all.failures,
                                       .clock = all.parts.clock,
                                       .tripped = all.when_tripped(),
                                       .tracer = all.parts.telemetry.tracer(),
                                       .access_log = all.access_log.get()});
  strangler::AdminApi* const admin =
      all.parts.control != nullptr ? &all.parts.control->admin() : nullptr;
  std::vector<Document> documents = {{"live", [&all] { return all.view->json(); }},
                                     {"upstreams", [&all] { return all.view->upstreams(); }},
                                     {"traces", [&all] { return all.traces(); }}};
  if (all.parts.control != nullptr) {
    documents.push_back({"uses", [&all] { return all.parts.control->uses().json(); }});
  }
  if (all.parts.served.map) {
    documents.push_back(
        {"map", [&all] { return "{\"svg\":" + json_string(all.parts.served.map()) + '}'; }});
  }
  const std::vector<Document>& of_application = all.parts.served.documents;
  documents.insert(documents.end(), of_application.begin(), of_application.end());
  std::vector<Desk> desks = all.parts.served.desks;
  if (all.parts.control != nullptr) {
    all.shadows.emplace(
        Shadows::Parts{all.parts.control->stages(), *all.outcomes, all.parts.clock});
    all.differences.emplace(*all.routes, all.book, all.parts.clock);
    desks.push_back({"differences", [&all](const strangler::AdminRequest& request) {
                       return all.differences->answer(request);
                     }});
  }
  all.streams.emplace(
      LiveStreams::Parts{.feeds = feeds_of(documents, desks, admin),
                         .workers = *all.stream_workers,
                         .clock = all.parts.clock,
                         .on_fault = [&all](std::string_view what) { all.fault(what); }});
  all.operators.emplace(OperatorPages::Parts{.admin = admin,
                                             .pages = all.pages,
                                             .documents = std::move(documents),
                                             .desks = std::move(desks),
                                             .guard = all.guard,
                                             .outcomes = *all.outcomes,
                                             .readers = *all.page_workers,
                                             .changers = *all.admin_workers,
                                             .streams = &*all.streams});
  all.chain = make_chain({.listeners = all.listeners,
                          .routes = *all.routes,
                          .pages = *all.operators,
                          .guard = all.guard,
                          .served = all.parts.served,
                          .trusted_peers = all.parts.settings.trusted_peers,
                          .table = all.parts.table,
                          .stages = all.stages(),
                          .tunnels = all.tunnels,
                          .outcomes = *all.outcomes,
                          .shadows = all.shadows ? &*all.shadows : nullptr,
                          .tracer = all.parts.telemetry.tracer(),
                          .clock = all.parts.clock,
                          .total_time = all.started_with.limits.total_time,
                          .explain = all.parts.settings.explain});
  http::ServerOptions options =
      server_options(all.listeners, all.started_with, all.parts.settings.loops);
  options.speaks_for_many = [&all](const http::Endpoint& peer) {
    return all.parts.settings.trusted_peers.contains(peer.host);
  };
  options.on_fault = [&all](std::string_view what) { all.fault(what); };
  const http::MakeServer& make = all.parts.make_server;
  all.server = make ? make(std::move(options), *all.chain)
                    : http::make_server(std::move(options), *all.chain);
  auto& takeover = all.parts.takeover;
  all.server->prepare(takeover ? takeover->take_sockets() : http::ListeningSockets());
  if (all.taken) all.offer.emplace(all.offer_parts());
}

void Server::open() {
  Inside& all = *inside_;
  const auto opened = succession::open(*all.server, all.parts.takeover, kRestartPatience);
  if (!opened) throw std::runtime_error(opened.error().message);
  if (all.offer) all.offer->begin();
  if (all.parts.control != nullptr) {
    all.parts.control->conduct();
    all.parts.control->record_uses(
        [&all] { return uses_of(all.parts.telemetry.metrics, all.fall_through); });
  }
  telemetry::contain(
      [&all] {
        log_listeners(all.log(), all.listeners, *all.server,
                      !all.started_with.operators_token_file.empty());
      },
      [&all](std::string_view what) { all.fault(what); });
}

void Server::let_predecessor_end() noexcept { inside_->parts.takeover.reset(); }

succession::Offer::Parts Server::Inside::offer_parts() {
  succession::Introduction self = parts.self;
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    self.listen.push_back(bound(listeners[i], *server, i));
  }
  std::vector<http::InstanceLock*> held;
  for (http::InstanceLock& lock : parts.locks) held.push_back(&lock);
  return {.self = std::move(self),
          .server = *server,
          .locks = std::move(held),
          .rendezvous = parts.takeover ? parts.takeover->take_rendezvous() : http::Descriptor(),
          .taken =
              [this](const succession::Introduction& successor) {
                // Nothing may keep this process from being told.
                telemetry::contain(
                    [&] {
                      log().write(telemetry::Level::Info, "taken_over",
                                  {{"version", successor.version},
                                   {"pid", std::int64_t{successor.process}}});
                    },
                    [this](std::string_view what) { fault(what); });
                taken();
              },
          .note =
              [this](std::string_view what) {
                log().write(telemetry::Level::Warning, "not_taken_over", {{"message", what}});
              },
          .patience = kRestartPatience,
          .clock = parts.clock};
}

void Server::on_taken(std::function<void()> taken) { inside_->taken = std::move(taken); }

bool Server::taken() const { return inside_->offer && inside_->offer->taken(); }

void Server::stop_being_ready() {
  if (!taken()) inside_->parts.telemetry.health.drain();
}

std::vector<Server::Address> Server::addresses() const {
  std::vector<Address> all;
  for (std::size_t i = 0; i < inside_->listeners.size(); ++i) {
    const Listener& listener = inside_->listeners[i];
    const http::Endpoint at = bound(listener, *inside_->server, i);
    all.push_back({.endpoint = at,
                   .url = url(listener, at),
                   .clients = listener.clients,
                   .operators = listener.operators,
                   .audience = listener.audience});
  }
  return all;
}

std::expected<std::uint64_t, std::vector<FileProblem>> Server::reload() try {
  Inside& all = *inside_;
  const std::lock_guard lock(all.reloading);
  all.refused_certificates.clear();
  if (all.parts.settings.config_file.empty()) return all.current()->routing().generation;
  TlsMaterial material;
  std::string token;
  std::shared_ptr<const RouteSnapshot> snapshot;
  const std::shared_ptr<const RouteSnapshot> before = all.current();
  auto routing = all.file.reload([&](const std::shared_ptr<const Routing>& fresh) {
    if (const auto& check = all.parts.settings.check) {
      if (auto problems = check(fresh); !problems.empty()) return problems;
    }
    auto read = read_tls_material(fresh->configuration, all.parts.settings.config_file);
    if (!read) {
      all.refused_certificates = std::move(read.error().files);
      return std::move(read.error().problems);
    }
    material = std::move(*read);
    auto secret = read_operators_token(fresh->configuration, all.parts.settings.config_file);
    if (!secret) return std::vector{std::move(secret.error())};
    token = std::move(*secret);
    auto built = all.snapshot(fresh, material, before.get());
    if (!built) return std::move(built.error());
    snapshot = std::move(*built);
    return std::vector<FileProblem>();
  });
  if (!routing) {
    all.log().write(
        telemetry::Level::Error, "routes_refused",
        {{"message", to_string(routing.error())},
         {"next", "the old routes stay in force; mend what is wrong, all is read again"}});
    return std::unexpected(std::move(routing.error()));
  }
  const Configuration& configuration = (*routing)->configuration;
  if (all.parts.control != nullptr) {
    std::vector<std::string> rollouts = configuration.rollout_names();
    for (const ServedModule& each : all.parts.served.modules) rollouts.push_back(each.name);
    all.parts.control->enlist(rollouts);
  }
  snapshot->begin(material, all.checks);
  all.routes->publish(
      std::make_unique<const std::shared_ptr<const RouteSnapshot>>(std::move(snapshot)));
  all.routes->settle();
  all.forget_what_is_gone();
  if (all.guard.use(std::move(token))) {
    if (all.streams) all.streams->cut_off();
    all.log().write(telemetry::Level::Info, "operators_token_changed",
                    {{"message", "the token that operators had before is worth nothing any more"}});
  }
  all.renew_certificates(configuration, material);
  all.warn_of_what_needs_a_restart(configuration);
  all.log().write(
      telemetry::Level::Info, "routes_loaded",
      {{"generation", (*routing)->generation}, {"routes", configuration.routes.size()}});
  return (*routing)->generation;
} catch (const std::exception& exception) {
  return std::unexpected(inside_->failed(exception));
}

std::expected<void, std::vector<FileProblem>> Server::renew_certificates() try {
  Inside& all = *inside_;
  const std::lock_guard lock(all.reloading);
  const std::shared_ptr<const RouteSnapshot> routes = all.current();
  const Configuration& configuration = routes->configuration();
  const auto material = read_tls_material(configuration, all.parts.settings.config_file);
  if (!material) {
    all.log().write(
        telemetry::Level::Error, "certificates_refused",
        {{"message", to_string(material.error().problems)},
         {"next", "the old certificates stay in force; mend the files, they are read again"}});
    return std::unexpected(material.error().problems);
  }
  all.renew_certificates(configuration, *material);
  for (const auto& [name, context] : material->upstreams) {
    routes->pools().at(name)->tls->use(context);
  }
  all.log().write(telemetry::Level::Info, "certificates_loaded",
                  {{"files", material->files.size()}});
  return {};
} catch (const std::exception& exception) {
  return std::unexpected(inside_->failed(exception));
}

FileMarks Server::certificate_files() const {
  const std::lock_guard lock(inside_->reloading);
  return inside_->certificates;
}

FileMarks Server::refused_certificate_files() const {
  const std::lock_guard lock(inside_->reloading);
  return inside_->refused_certificates;
}

void Server::reopen_logs() {
  inside_->log().reopen();
  if (inside_->access_log) inside_->access_log->reopen();
}

bool Server::has_new_side(std::string_view rollout) const {
  return inside_->current()->has_new_side(rollout);
}

bool Server::has_rollout(std::string_view rollout) const {
  const std::vector<std::string> names = inside_->current()->configuration().rollout_names();
  return std::ranges::find(names, rollout) != names.end();
}

std::optional<std::string> Server::preflight(std::string_view rollout) const {
  const auto routes = inside_->current();
  std::set<const UpstreamPool*> asked;
  for (const Target& target : routes->targets()) {
    if (target.route.rollout != rollout || target.new_side.pool == nullptr) continue;
    if (!asked.insert(target.new_side.pool).second) continue;
    const PortInfo* const port = target.operation != nullptr ? target.operation->port : nullptr;
    if (auto trouble = why_not_fit(*target.new_side.pool, port, inside_->parts.clock)) {
      return trouble;
    }
  }
  return std::nullopt;
}

strangler::TunnelCounts Server::tunnels(std::string_view rollout) const {
  return inside_->tunnels.of(rollout);
}

std::uint64_t Server::missed(std::string_view rollout) const {
  return inside_->fall_through.of(rollout);
}

std::optional<strangler::TesterCounts> Server::testers(std::string_view rollout) const {
  const auto routes = inside_->current();
  const auto* const plan = routes->configuration().rollout(rollout);
  if (plan == nullptr || !plan->testers) return std::nullopt;
  const auto figures = inside_->book.of(rollout);
  strangler::TesterCounts counts{
      .old_side = figures->forced[static_cast<std::size_t>(Side::Local)],
      .new_side = figures->forced[static_cast<std::size_t>(Side::Remote)]};
  for (const auto& each : figures->not_forced) counts.refused += each;
  return counts;
}

strangler::Unowned Server::unowned() const {
  strangler::Unowned all;
  const auto routes = inside_->current();
  std::map<std::string, std::uint64_t, std::less<>> catch_alls;
  for (const Target& target : routes->targets()) {
    const strangler::Route& route = target.route;
    const bool takes_all = route.kind == strangler::PathKind::Prefix && route.path == "/";
    if (takes_all && route.rollout.empty()) catch_alls.emplace(route.name, 0);
  }
  for (const auto& row : inside_->parts.telemetry.metrics.requests.read()) {
    if (row.key.module == kNoTarget && row.key.way == "refused") all.nowhere += row.latency.count;
    if (row.key.module == "other") all.not_told_apart += row.latency.count;
    const auto found = catch_alls.find(row.key.operation);
    if (row.key.module == kNoRollout && found != catch_alls.end()) {
      found->second += row.latency.count;
    }
  }
  all.catch_alls.assign(catch_alls.begin(), catch_alls.end());
  return all;
}

// Of a rollout that the file does not have, the usual ones.
std::vector<strangler::Percent> Server::steps(std::string_view rollout) const {
  const auto* plan = inside_->current()->configuration().rollout(rollout);
  return plan != nullptr ? plan->steps : strangler::usual_steps();
}

strangler::Plan Server::plan(std::string_view rollout) const {
  const auto* plan = inside_->current()->configuration().rollout(rollout);
  return plan != nullptr ? plan->plan : strangler::Plan::usual();
}

std::vector<strangler::JudgedOperation> Server::judged_operations(std::string_view rollout) const {
  return inside_->current()->judged_operations(rollout);
}

bool Server::shares_data(std::string_view rollout) const {
  const auto* plan = inside_->current()->configuration().rollout(rollout);
  return plan != nullptr && plan->fallback && plan->fallback->shared_data;
}

std::size_t Server::drain(std::chrono::milliseconds deadline) {
  stop_being_ready();
  // Whoever follows takes rollouts on, at once; this process sees its last requests only.
  if (inside_->parts.control != nullptr) inside_->parts.control->stop_conducting();
  if (inside_->streams) inside_->streams->end();
  // The end of the offer waits for a successor's last word, which is no reason to begin late.
  if (!taken()) inside_->offer.reset();
  if (!inside_->server) return 0;
  const SteadyTime until = inside_->parts.clock.steady() + deadline;
  const auto spread = std::min(inside_->started_with.limits.drain_spread, deadline / 2);
  if (spread.count() > 0) inside_->server->wind_down(spread);
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(until - inside_->parts.clock.steady());
  const std::size_t cut = inside_->server->drain(std::max(left, std::chrono::milliseconds{0}));
  // What answers here ends after this.
  if (inside_->shadows) inside_->shadows->end();
  if (inside_->parts.control != nullptr) inside_->parts.control->stop_recording();
  inside_->offer.reset();
  return cut;
}

std::size_t Server::drain() { return drain(inside_->started_with.limits.drain_time); }

}  // namespace banyan::serving
