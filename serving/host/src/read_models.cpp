// SPDX-License-Identifier: Apache-2.0
#include "read_models.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <optional>
#include <utility>

#include "banyan/host/metrics.hpp"
#include "banyan/json/codec.hpp"
#include "banyan/json/utf8.hpp"
#include "complete_until.hpp"
#include "desk_request.hpp"

namespace banyan::host {
namespace {

using namespace std::chrono_literals;
constexpr auto kInterval = 1s;
constexpr auto kBudget = 5s;
/// Whoever is in the same process is heard of soon after the start: until then nothing is wrong.
constexpr auto kPatienceAtHome = 30s;

struct ModelView {
  std::string module;
  std::optional<ReadModelReport> model{};
  std::optional<std::string> problem{};  ///< why there is none to be shown now
};
BOOST_DESCRIBE_STRUCT(ModelView, (), (module, model, problem))

struct ModelsDocument {
  std::vector<ModelView> models;
};
BOOST_DESCRIBE_STRUCT(ModelsDocument, (), (models))

struct RebuildBegun {
  std::string module;
  std::int64_t rebuild = 0;  ///< its number
};
BOOST_DESCRIBE_STRUCT(RebuildBegun, (), (module, rebuild))

/// One database or module that cannot be reached keeps no other from its turn.
template <class Job>
void contained(Job job) {
  try {
    job();
  } catch (const OperationalFault&) {  // NOLINT(bugprone-empty-catch): health tells of that
  }
}

}  // namespace

ReadModels::ReadModels(const Assembly& assembly, const EventTraffic& traffic,
                       const Environment& environment, const telemetry::Log& log)
    : assembly_(&assembly), traffic_(&traffic), environment_(environment), log_(&log) {
  for (const auto& module : assembly.modules()) {
    if (!module->here) continue;
    ReadModel* const model = module->entry->read_model(module->implementation);
    if (model != nullptr) models_.push_back({.module = module->name(), .model = model});
  }
  rounds_ = environment_.scheduler.every(kInterval, [this] { round(); });
}

Context ReadModels::soon() const {
  return Context::begin(kBudget, environment_.clock, environment_.random);
}

ReadModel* ReadModels::find(std::string_view module) const {
  const auto found = std::ranges::find(models_, module, &Model::module);
  return found == models_.end() ? nullptr : found->model;
}

void ReadModels::round() {
  for (const EventTraffic::Complete& each : traffic_->complete()) {
    contained([&] { tell(each); });
  }
  for (Model& each : models_) {
    contained([&] { ask_sources_of(each); });
    contained([&] { tell_of_rebuild(each); });
  }
}

void ReadModels::tell(const EventTraffic::Complete& complete) const {
  // Only who hosts the source knows that this is the log into which it publishes.
  const HostedModule* const source = assembly_->find(complete.source);
  if (source == nullptr || !source->here) return;
  if (ReadModel* const model = find(complete.follower)) {
    // Unless it can be written down: then it is said again soon.
    (void)model->read_model_complete(complete.source, complete.until, soon()).has_value();
    return;
  }
  const HostedModule* const follower = assembly_->find(complete.follower);
  if (follower == nullptr || follower->here || !follower->transport) return;
  // Likewise; and whoever does not know what is meant needs it not.
  (void)follower->transport
      ->exchange(complete_request(complete, traffic_->keys(), environment_), soon(),
                 binding::Repeat::Never)
      .has_value();
}

// Whoever hosts a source elsewhere need not know who follows it; its followers know where it is.
void ReadModels::ask_sources_of(const Model& follower) const {
  for (const ReadModelSource& source : follower.model->read_model(soon()).sources) {
    const HostedModule* const module = assembly_->find(source.module);
    if (module == nullptr || module->here || !module->transport) continue;
    const http::Request question =
        progress_question(source.module, follower.module, traffic_->keys(), environment_);
    const auto answer = module->transport->exchange(question, soon(), binding::Repeat::Never);
    // It is away, or tells by itself.
    if (!answer) continue;
    const auto until = progress_in(*answer, question, source.module, follower.module,
                                   traffic_->keys(), environment_.clock.now());
    if (!until) continue;
    (void)follower.model->read_model_complete(source.module, *until, soon()).has_value();
  }
}

http::Response ReadModels::progress_of(const std::string& source,
                                       const http::Request& question) const {
  const std::string& target = question.head.target;
  const std::string follower = target.substr(target.rfind('/') + 1);
  std::optional<Timestamp> until;
  for (const EventTraffic::Complete& each : traffic_->complete()) {
    if (each.source == source && each.follower == follower) until = each.until;
  }
  return answer_progress(source, follower, until, traffic_->keys(), question,
                         environment_.clock.now());
}

std::chrono::seconds ReadModels::patience_with(const std::string& source) const {
  const HostedModule* const module = assembly_->find(source);
  return module != nullptr && module->here ? kPatienceAtHome : 0s;
}

void ReadModels::tell_of_rebuild(Model& of) const {
  const ReadModelReport report = of.model->read_model(soon());
  const std::string problem = report.rebuilding ? report.problem.value_or("") : "";
  const SteadyTime now = environment_.clock.steady();
  if (problem != std::exchange(of.problem, problem)) {
    of.waits_since = now;
    of.told_why = problem.empty();
  }
  if (!of.told_why && now - of.waits_since >= patience_with(report.reading)) {
    of.told_why = true;
    log_->write(telemetry::Level::Warning, "read_model_waits",
                {{"module", of.module}, {"rebuild", report.rebuilt}, {"message", problem}});
  }
  if (!report.ended_at || report.rebuilt == of.told_of) return;
  // What ended before this process began has been told of.
  const bool here = of.told_of != 0 || *report.ended_at >= began_;
  of.told_of = report.rebuilt;
  if (!here) return;
  const Asked asked = report.asked.value_or(Asked());
  log_->write(telemetry::Level::Info, "read_model_rebuilt",
              {{"module", of.module},
               {"rebuild", report.rebuilt},
               {"rows", report.rows},
               {"who", asked.who},
               {"why", asked.why}});
}

std::vector<serving::Endpoint> ReadModels::endpoints() const {
  std::vector<serving::Endpoint> all;
  for (const Model& each : models_) {
    serving::Endpoint& endpoint = all.emplace_back();
    endpoint.name = "events-complete-" + each.module;
    endpoint.method = "POST";
    endpoint.path = complete_path(each.module);
    endpoint.effect = Effect::Write;
    endpoint.module = each.module;
    endpoint.answer = [this, model = each.model, module = each.module](const http::Request& request,
                                                                       const Context& context) {
      return answer_complete(*model, module, traffic_->keys(), request, context,
                             environment_.clock.now());
    };
  }
  for (const auto& module : assembly_->modules()) {
    if (!module->here) continue;
    serving::Endpoint& endpoint = all.emplace_back();
    endpoint.name = "events-lanes-" + module->name();
    endpoint.path = progress_path(module->name(), "{follower}");
    endpoint.module = module->name();
    endpoint.answer = [this, source = module->name()](const http::Request& request,
                                                      const Context& /*context*/) {
      return progress_of(source, request);
    };
  }
  return all;
}

std::string ReadModels::json() const {
  ModelsDocument document;
  for (const Model& each : models_) {
    ModelView& view = document.models.emplace_back(ModelView{.module = each.module});
    try {
      view.model = each.model->read_model(soon());
    } catch (const OperationalFault& fault) {
      // One database that is away hides no other model.
      view.problem = fault.what();
    }
  }
  return json::encode(document);
}

strangler::AdminAnswer ReadModels::answer(const strangler::AdminRequest& request) const {
  const std::string_view path = request.path.substr(std::min<std::size_t>(1, request.path.size()));
  const std::string_view module = path.substr(0, path.find('/'));
  ReadModel* const model = find(module);
  if (model == nullptr || path.substr(module.size()) != "/rebuild") {
    return refused({ErrorCode::NotFound,
                    "banyan.unknown_resource",
                    "there is nothing at " + json::repaired(request.path) +
                        " of the read models; there is /MODULE/rebuild for each that"
                        " /_banyan/api/read-models lists",
                    {}});
  }
  if (request.method != "POST") return not_allowed("POST");
  const Result<Asked> asked = read_asked(request);
  if (!asked) return refused(asked.error());
  const auto number = model->rebuild_read_model(*asked, soon());
  if (!number) return refused(number.error());
  log_->write(telemetry::Level::Info, "read_model_rebuild_asked",
              {{"module", std::string(module)},
               {"rebuild", *number},
               {"who", asked->who},
               {"why", asked->why}});
  return json::encode(RebuildBegun{std::string(module), *number});
}

std::vector<telemetry::Sample> ReadModels::samples() const {
  std::vector<telemetry::Sample> all;
  const Timestamp now = environment_.clock.now();
  for (const Model& each : models_) {
    ReadModelReport report;
    try {
      report = each.model->read_model(soon());
    } catch (const OperationalFault&) {
      continue;  // health tells of that
    }
    all.push_back({telemetry::declared(kMetrics, "banyan_read_model_rebuilding"),
                   {each.module},
                   report.rebuilding ? 1.0 : 0.0});
    for (const ReadModelSource& source : report.sources) {
      if (!source.complete_until) continue;
      constexpr double kMicros = 1e6;
      const auto age = static_cast<double>(now.micros - source.complete_until->micros) / kMicros;
      all.push_back({telemetry::declared(kMetrics, "banyan_read_model_age_seconds"),
                     {each.module, source.module},
                     std::max(0.0, age)});
    }
  }
  return all;
}

}  // namespace banyan::host
