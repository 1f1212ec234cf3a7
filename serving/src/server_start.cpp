// SPDX-License-Identifier: Apache-2.0
// The way to the first request: what answers is put together, then the addresses are opened.
#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "banyan/kernel/json_text.hpp"
#include "banyan/serving/restart.hpp"
#include "banyan/telemetry/contained.hpp"
#include "server_inside.hpp"
#include "use_recorder.hpp"
#include "uses_of.hpp"

namespace banyan::serving {
namespace {

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
      {"live", 900ms},     {"status", 1'900ms}, {"plans", 1'900ms},      {"sagas", 1'900ms},
      {"events", 1'900ms}, {"work", 1'900ms},   {"placements", 1'900ms}, {"differences", 4'900ms}};
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

}  // namespace

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
    all.access_log = std::make_unique<AccessLog>(plan, loops_of(all.parts.settings), all.log());
  }
  all.outcomes.emplace(Outcomes::Parts{.metrics = all.parts.telemetry.metrics,
                                       .log = all.log(),
                                       .sides = all.sides,
                                       .refusals = all.refusals,
                                       .fall_through = all.fall_through,
                                       .visits = all.visits,
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
        Shadows::Parts{*all.outcomes, all.parts.settings.trusted_peers, all.parts.clock});
    all.differences.emplace(*all.routes, all.book, all.parts.clock, all.log());
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
  options.late_after = all.parts.settings.late_after;
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
    all.note_table("the process started", nullptr);
    all.parts.control->conduct();
    all.parts.control->record_uses(
        [&all] { return uses_of(all.parts.telemetry.metrics, all.fall_through); });
  }
  telemetry::contain(
      [&all] {
        log_listeners(all.log(), all.listeners, *all.server,
                      !all.started_with.operators_token_file.empty());
        all.warn_of_what_has_no_effect();
      },
      [&all](std::string_view what) { all.fault(what); });
}

void Server::let_predecessor_end() noexcept { inside_->parts.takeover.reset(); }

}  // namespace banyan::serving
