// SPDX-License-Identifier: Apache-2.0
#include "event_traffic.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "banyan/events/http_push.hpp"
#include "banyan/host/metrics.hpp"
#include "banyan/kernel/id.hpp"
#include "work_document.hpp"

namespace banyan::host {
namespace {

bool follows(const ModuleEntry& entry, std::string_view source) {
  return std::ranges::any_of(entry.subscribes, [&](std::string_view event) {
    return event.substr(0, event.find('.')) == source;
  });
}

}  // namespace

EventTraffic::EventTraffic(const std::string& application, const Assembly& assembly,
                           const Assembly::Connect& connect, const Environment& environment,
                           const telemetry::Log& log, std::optional<security::WebhookKeys> keys,
                           WorkEvidence* lanes)
    : log_(&log), environment_(environment), keys_(std::move(keys)), lanes_(lanes) {
  for (const auto& module : assembly.modules()) {
    if (module->here) receive(*module, environment);
  }
  for (const auto& module : assembly.modules()) {
    relay(application, *module, assembly, connect, environment);
  }
}

EventTraffic::~EventTraffic() { stop(); }

void EventTraffic::receive(const HostedModule& module, const Environment& environment) {
  const ModuleEntry& entry = *module.entry;
  if (entry.subscribed == nullptr) return;
  const std::string name = module.name();
  receivers_.push_back(std::make_unique<events::Receiver>(
      name, entry.subscribed(), entry.subscriber(module.implementation), module.events->inbox(),
      environment,
      events::ReceiverOptions{
          .on_fault = [log = log_, name](const events::Envelope& event, std::string_view what) {
            log->write(telemetry::Level::Error, "event_fault",
                       {{"module", name},
                        {"event_type", event.type},
                        {"key", event.key},
                        {"event_id", event.id},
                        {"message", what}});
          }}));
}

std::vector<events::EventTransport*> EventTraffic::transports_to(const std::string& application,
                                                                 const HostedModule& source,
                                                                 const HostedModule& follower,
                                                                 const Environment& environment) {
  std::vector<events::EventTransport*> transports;
  if (source.here && follower.transport) {
    transports.push_back(watched(
        events::make_http_push(
            *follower.transport,
            {.application = application, .module = follower.name(), .keys = keys_}, environment),
        source, follower));
  }
  if (const events::Receiver* const here = receiver(follower.name())) {
    transports.push_back(watched(events::make_in_process_transport(*here), source, follower));
  }
  return transports;
}

events::EventTransport* EventTraffic::watched(std::unique_ptr<events::EventTransport> way,
                                              const HostedModule& source,
                                              const HostedModule& follower) {
  if (lanes_ != nullptr) {
    way =
        lanes_->watched(std::move(way), source.name(), follower.name(), follower.entry->subscribes);
  }
  return transports_.emplace_back(std::move(way)).get();
}

void EventTraffic::relay(const std::string& application, const HostedModule& source,
                         const Assembly& assembly, const Assembly::Connect& connect,
                         const Environment& environment) {
  const std::string name = source.name();
  std::vector<std::pair<std::string, std::vector<events::EventTransport*>>> lanes;
  for (const auto& follower : assembly.modules()) {
    if (!follows(*follower->entry, name)) continue;
    auto transports = transports_to(application, source, *follower, environment);
    // A module here keeps what others may fetch; of one elsewhere only what is fetched here counts.
    if (source.here || !transports.empty()) {
      lanes.emplace_back(follower->name(), std::move(transports));
    }
  }
  if (lanes.empty() && !source.here) return;
  auto events = source.events;
  if (!source.here) events = events::make_sql_events(connect(*source.entry), {}, environment);
  auto relay = std::make_unique<events::Relay>(
      events->log(), make_uuid7(environment.clock.now(), environment.random), environment,
      events::RelayOptions{}, observer_of(name));
  for (auto& [lane, transports] : lanes) {
    relay->add_lane(lane, events::Start::Head, std::move(transports));
  }
  events->on_published(relay->bell());
  sources_.push_back(std::move(events));
  relays_.push_back(std::move(relay));
}

events::RelayObserver EventTraffic::observer_of(const std::string& module) const {
  const telemetry::Log* const log = log_;
  return {.parked =
              [log, module](const std::string& lane, const events::Hold& hold) {
                log->write(telemetry::Level::Error, "event_parked",
                           {{"module", module},
                            {"lane", lane},
                            {"event", hold.type},
                            {"key", hold.key},
                            {"ordinal", hold.ordinal},
                            {"attempts", hold.attempts},
                            {"message", hold.reason},
                            {"next", "see docs/how-to/events.md: banyan events replay or skip"}});
              },
          .reached =
              [log, module](const std::string& lane, const Error* outage) {
                log->write(outage != nullptr ? telemetry::Level::Warning : telemetry::Level::Info,
                           outage != nullptr ? "event_lane_out" : "event_lane_back",
                           {{"module", module},
                            {"lane", lane},
                            {"message", outage != nullptr ? outage->message : std::string()}});
              },
          .rerouted =
              [log, module](const std::string& lane, const events::Route& route) {
                log->write(telemetry::Level::Info, "event_lane_rerouted",
                           {{"module", module},
                            {"lane", lane},
                            {"transport", route.transport},
                            {"before", route.before},
                            {"from_seq", route.from_seq}});
              },
          .forgotten =
              [log, module](const std::string& lane) {
                log->write(telemetry::Level::Warning, "event_lane_forgotten",
                           {{"module", module},
                            {"lane", lane},
                            {"message",
                             "somebody has forgotten the lane while it is followed; it hears of "
                             "what is published from now on"},
                            {"next",
                             "banyan events rebuild MODULE, where it keeps a copy of what others "
                             "own. To be rid of the lane, stop all that host it first"}});
              },
          .fault =
              [log, module](std::string_view what) {
                log->write(telemetry::Level::Warning, "event_relay_fault",
                           {{"module", module}, {"message", what}});
              }};
}

void EventTraffic::start() {
  for (const auto& relay : relays_) relay->start();
}

void EventTraffic::stop() {
  for (const auto& source : sources_) source->on_published({});
  for (const auto& relay : relays_) relay->stop();
}

std::vector<serving::Endpoint> EventTraffic::endpoints() const {
  std::vector<serving::Endpoint> all;
  for (const auto& receiver : receivers_) {
    serving::Endpoint& endpoint = all.emplace_back();
    endpoint.name = "events-" + receiver->module();
    endpoint.method = "POST";
    endpoint.path = events::events_path(receiver->module());
    endpoint.effect = Effect::Write;
    endpoint.module = receiver->module();
    endpoint.answer = [this, raw = receiver.get()](const http::Request& request, const Context&) {
      return events::answer_push(*raw, request, {.keys = keys_}, environment_.clock.now());
    };
  }
  return all;
}

Context EventTraffic::soon() const {
  return Context::begin(std::chrono::seconds(2), environment_.clock, environment_.random);
}

namespace {

double age(const Timestamp& now, const std::optional<Timestamp>& then) {
  constexpr double kMicros = 1e6;
  return then ? std::max(0.0, static_cast<double>(now.micros - then->micros) / kMicros) : 0.0;
}

nlohmann::ordered_json lanes_of(events::EventLog& log, const Context& context,
                                const Timestamp& now) {
  nlohmann::ordered_json lanes = nlohmann::ordered_json::array();
  for (const events::LaneReport& lane : log.lanes(context)) {
    nlohmann::ordered_json row = {{"lane", lane.lane},
                                  {"transport", lane.route.transport},
                                  {"position", lane.position},
                                  {"head", lane.head},
                                  {"unsent", lane.unsent},
                                  {"oldest_unsent_seconds", age(now, lane.oldest_unsent)},
                                  {"held", lane.held},
                                  {"oldest_held_seconds", age(now, lane.oldest_held)},
                                  {"parked", lane.parked},
                                  {"gaps", lane.gaps},
                                  {"keys", nlohmann::ordered_json::array()}};
    constexpr std::int64_t kMostKeys = 50;
    for (const events::Hold& hold : log.holds(lane.lane, kMostKeys, context)) {
      row["keys"].push_back({{"key", hold.key},
                             {"event", hold.type},
                             {"ordinal", hold.ordinal},
                             {"attempts", hold.attempts},
                             {"since", to_string(hold.since)},
                             {"parked", hold.parked},
                             {"reason", hold.reason}});
      if (const auto gap = events::gap_of(hold)) {
        row["keys"].back()["gap"] = {{"wanted", gap->wanted}, {"got", gap->got}};
      }
    }
    lanes.push_back(std::move(row));
  }
  return lanes;
}

/// Only of those whose events this process brings itself.
void add_verdicts(nlohmann::ordered_json& lanes, const WorkEvidence& evidence,
                  const std::string& source) {
  for (nlohmann::ordered_json& row : lanes) {
    const auto verdict = evidence.of_lane(source, row.at("lane").get<std::string>());
    if (!verdict) continue;
    row["verdict"] = verdict_view(*verdict);
  }
}

}  // namespace

std::vector<telemetry::Sample> EventTraffic::samples() const {
  using telemetry::declared;
  std::vector<telemetry::Sample> all;
  for (const auto& relay : relays_) {
    const std::string& module = relay->log().module();
    for (const events::LaneFigures& each : relay->figures()) {
      const std::vector<std::string> labels = {module, each.lane};
      all.push_back({declared(kMetrics, "banyan_events_delivered_total"), labels,
                     static_cast<double>(each.delivered)});
      all.push_back({declared(kMetrics, "banyan_events_refused_total"), labels,
                     static_cast<double>(each.refused)});
      all.push_back({declared(kMetrics, "banyan_events_outages_total"), labels,
                     static_cast<double>(each.outages)});
    }
    try {
      for (const events::LaneReport& lane : relay->log().lanes(soon())) {
        const std::vector<std::string> labels = {module, lane.lane};
        all.push_back(
            {declared(kMetrics, "banyan_events_unsent"), labels, static_cast<double>(lane.unsent)});
        all.push_back({declared(kMetrics, "banyan_events_oldest_unsent_seconds"), labels,
                       age(environment_.clock.now(), lane.oldest_unsent)});
        all.push_back({declared(kMetrics, "banyan_events_held_keys"), labels,
                       static_cast<double>(lane.held)});
        all.push_back({declared(kMetrics, "banyan_events_oldest_held_seconds"), labels,
                       age(environment_.clock.now(), lane.oldest_held)});
        all.push_back({declared(kMetrics, "banyan_events_parked_keys"), labels,
                       static_cast<double>(lane.parked)});
        all.push_back(
            {declared(kMetrics, "banyan_events_gap_keys"), labels, static_cast<double>(lane.gaps)});
      }
    } catch (const OperationalFault&) {  // NOLINT(bugprone-empty-catch): health tells of that
    }
  }
  if (lanes_ != nullptr) std::ranges::move(lanes_->samples(), std::back_inserter(all));
  return all;
}

std::vector<EventTraffic::Complete> EventTraffic::complete() const {
  std::vector<Complete> all;
  for (const auto& relay : relays_) {
    try {
      // First the time: what had been committed by then is seen by the look that follows.
      const Timestamp until = environment_.clock.now();
      for (const events::LaneReport& lane : relay->log().lanes(soon())) {
        if (lane.unsent > 0 || lane.held > 0) continue;
        all.push_back({relay->log().module(), lane.lane, until});
      }
    } catch (const OperationalFault&) {  // NOLINT(bugprone-empty-catch): health tells of that
    }
  }
  return all;
}

std::string EventTraffic::json() const {
  nlohmann::ordered_json document = {{"modules", nlohmann::ordered_json::array()}};
  for (const auto& relay : relays_) {
    nlohmann::ordered_json row = {{"module", relay->log().module()},
                                  {"lanes", nlohmann::ordered_json::array()}};
    try {
      row["lanes"] = lanes_of(relay->log(), soon(), environment_.clock.now());
      if (lanes_ != nullptr) add_verdicts(row["lanes"], *lanes_, relay->log().module());
    } catch (const OperationalFault& fault) {
      // One database that is away hides no other module's lanes.
      row["problem"] = fault.what();
    }
    document["modules"].push_back(std::move(row));
  }
  return document.dump(2) + '\n';
}

const events::Receiver* EventTraffic::receiver(std::string_view module) const {
  const auto found = std::ranges::find_if(
      receivers_, [&](const auto& receiver) { return receiver->module() == module; });
  return found == receivers_.end() ? nullptr : found->get();
}

}  // namespace banyan::host
