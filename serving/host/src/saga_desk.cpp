// SPDX-License-Identifier: Apache-2.0
#include "saga_desk.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <vector>

#include "banyan/json/codec.hpp"
#include "banyan/json/utf8.hpp"
#include "banyan/kernel/json_text.hpp"
#include "banyan/kernel/random.hpp"
#include "banyan/kernel/saga_control.hpp"
#include "banyan/map/saga_picture.hpp"
#include "banyan/sql/sagas.hpp"
#include "desk_request.hpp"

namespace banyan::host {
namespace {

/// A saga as operators see it.
struct SagaView {
  SagaId id;
  std::string name;
  std::int64_t version = 1;
  std::string subject;
  SagaStatus status = SagaStatus::Active;
  SagaPhase phase = SagaPhase::Forward;
  std::int64_t step = 0;
  std::string at;  ///< SagaInstance::at_call(); what an order says again as "at"
  std::int64_t attempts = 0;
  std::int64_t outages = 0;
  std::string blocked_on;
  std::string holder;
  Timestamp began;
  std::optional<Timestamp> ended;
  std::optional<Timestamp> deadline;
  std::optional<std::string> turned_back;
  std::optional<std::string> problem;
  std::string correlation_id;
  std::vector<SagaStep> steps;
  bool overdue = false;               ///< it is not over, and its deadline has passed
  std::vector<std::string> possible;  ///< what can be done about it: "retry", "mark", "back"
};
BOOST_DESCRIBE_STRUCT(SagaView, (),
                      (id, name, version, subject, status, phase, step, at, attempts, outages,
                       blocked_on, holder, began, ended, deadline, turned_back, problem,
                       correlation_id, steps, overdue, possible))

SagaView view_of(const SagaRecord& saga) {
  const SagaInstance instance(saga);
  SagaView view{.id = saga.id,
                .name = saga.name,
                .version = saga.version,
                .subject = saga.subject,
                .status = saga.status,
                .phase = saga.phase,
                .step = saga.step,
                .at = instance.at_call(),
                .attempts = saga.attempts,
                .outages = saga.outages,
                .blocked_on = saga.blocked_on,
                .holder = saga.holder,
                .began = saga.began,
                .ended = saga.ended,
                .deadline = saga.deadline,
                .turned_back = saga.turned_back,
                .problem = saga.problem,
                .correlation_id = saga.correlation_id,
                .steps = saga.steps,
                .overdue = instance.overdue(system_clock().now()),
                .possible = {}};
  for (const SagaWish wish : possible_wishes(instance)) {
    view.possible.emplace_back(to_string(wish));
  }
  return view;
}

/// How many there are, listed or not.
struct SagaCounts {
  std::int64_t all = 0;  ///< at most kCountedAtMost: there may be more then
  std::int64_t active = 0;
  std::int64_t stuck = 0;
  std::int64_t overdue = 0;
};
BOOST_DESCRIBE_STRUCT(SagaCounts, (), (all, active, stuck, overdue))

struct SagasOfModule {
  std::string module;
  std::optional<SagaCounts> counts{};
  std::vector<SagaView> sagas{};         ///< newest first
  std::optional<std::string> problem{};  ///< why nothing is known of them just now
};
BOOST_DESCRIBE_STRUCT(SagasOfModule, (), (module, counts, sagas, problem))

struct SagasDocument {
  std::vector<SagasOfModule> modules;
};
BOOST_DESCRIBE_STRUCT(SagasDocument, (), (modules))

struct SagaDocument {
  std::string module;
  SagaView saga;
};
BOOST_DESCRIBE_STRUCT(SagaDocument, (), (module, saga))

/// Who orders something about a saga, why, and where it was then: SagaOrder::at.
struct SagaAsked : Asked {
  std::optional<std::string> at;
};
BOOST_DESCRIBE_STRUCT(SagaAsked, (Asked), (at))

Result<SagaAsked> read_saga_order(const strangler::AdminRequest& request) {
  if (Result<void> json = is_json(request); !json) return fail(std::move(json).error());
  Result<SagaAsked> asked = json::decode<SagaAsked>(request.body, json::Reading::Strict);
  if (!asked) return asked;
  if (Result<void> said = says_who_and_why(*asked); !said) return fail(std::move(said).error());
  return asked;
}

constexpr std::int64_t kMostOpen = 200;
constexpr std::int64_t kMostOthers = 50;
constexpr std::int64_t kCountedAtMost = 10'000;

Context patience() {
  constexpr std::chrono::seconds kPatience{5};
  return Context::begin(kPatience, system_clock(), system_random());
}

std::vector<SagaView> sagas_in(sql::Session& session, const std::string& module) {
  sql::Sagas rows(session, module);
  std::vector<SagaView> sagas;
  for (const SagaFilter& filter :
       {SagaFilter{.status = SagaStatus::Stuck, .subject = {}, .before = {}, .limit = kMostOpen},
        SagaFilter{.status = SagaStatus::Active, .subject = {}, .before = {}, .limit = kMostOpen},
        SagaFilter{.status = {}, .subject = {}, .before = {}, .limit = kMostOthers}}) {
    for (const SagaInstance& each : rows.list(filter)) {
      if (std::ranges::find(sagas, each.data().id, &SagaView::id) != sagas.end()) continue;
      sagas.push_back(view_of(each.data()));
    }
  }
  std::ranges::sort(sagas, std::ranges::greater{}, &SagaView::id);
  return sagas;
}

SagaCounts counts_in(sql::Session& session, const std::string& module) {
  sql::Sagas rows(session, module);
  const SagaFigures figures = rows.figures(system_clock().now(), kCountedAtMost);
  return {.all = rows.count(kCountedAtMost),
          .active = figures.active,
          .stuck = figures.stuck,
          .overdue = figures.overdue};
}

/// The others are not asked.
std::vector<const HostedModule*> keepers(const Assembly& assembly) {
  std::vector<const HostedModule*> found;
  for (const auto& module : assembly.modules()) {
    if (module->keeps_sagas()) found.push_back(module.get());
  }
  return found;
}

struct Found {
  const HostedModule* module = nullptr;
  SagaRecord saga;
};

Result<Found> find(const Assembly& assembly, std::string_view text) {
  const std::optional<SagaId> id = SagaId::parse(std::string(text));
  if (!id) {
    return fail(ErrorCode::InvalidArgument, "banyan.invalid_request",
                '"' + json::repaired(text) +
                    "\" is no id of a saga, such as sag_ and 32 hexadecimal digits;"
                    " /_banyan/api/sagas lists them");
  }
  // It may be with one that cannot be asked now; only who has asked all knows that it is with none.
  std::optional<Error> unknown;
  for (const HostedModule* module : keepers(assembly)) {
    try {
      sql::ModuleDatabase database = *module->database;
      const auto saga = database.read(patience(), [&](sql::Session& session) {
        return sql::Sagas(session, module->name()).find(*id);
      });
      if (saga) return Found{module, saga->data()};
    } catch (const OperationalFault& fault) {
      unknown = fault.error();
      unknown->message = id->str() + " was not found, and nothing is known of the sagas of " +
                         module->name() + " just now: " + unknown->message;
    }
  }
  if (unknown) return fail(*std::move(unknown));
  return unknown_saga(*id);
}

std::string document_of(const HostedModule& module, const SagaRecord& saga) {
  return json::encode(SagaDocument{module.name(), view_of(saga)});
}

}  // namespace

std::string SagaDesk::list() const {
  SagasDocument document;
  for (const HostedModule* module : keepers(*assembly_)) {
    SagasOfModule& row = document.modules.emplace_back();
    row.module = module->name();
    try {
      sql::ModuleDatabase database = *module->database;
      database.read(patience(), [&](sql::Session& session) {
        row.counts = counts_in(session, module->name());
        row.sagas = sagas_in(session, module->name());
      });
    } catch (const OperationalFault& fault) {
      row.problem = fault.what();
    }
  }
  return json::encode(document);
}

strangler::AdminAnswer SagaDesk::answer(const strangler::AdminRequest& request) const {
  std::string_view path = request.path.substr(std::min<std::size_t>(1, request.path.size()));
  const std::string_view id = path.substr(0, path.find('/'));
  path.remove_prefix(id.size());
  const std::string_view verb = path.substr(std::min<std::size_t>(1, path.size()));
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (path.empty() || verb == "picture") {
    if (!reads) return not_allowed("GET, HEAD");
    const Result<Found> found = find(*assembly_, id);
    if (!found) return refused(found.error());
    if (path.empty()) return document_of(*found->module, found->saga);
    return "{\"svg\":" +
           json_string(map::saga_svg(found->module->name(), found->saga, map::Colours::OfThePage)) +
           '}';
  }
  if (!saga_wish_from(verb)) {
    return refused({ErrorCode::NotFound,
                    "banyan.unknown_resource",
                    "there is nothing at " + json::repaired(request.path) +
                        " of the sagas; there are /ID, /ID/picture, /ID/retry, /ID/mark and"
                        " /ID/back",
                    {}});
  }
  if (request.method != "POST") return not_allowed("POST");
  return change(id, verb, request);
}

strangler::AdminAnswer SagaDesk::change(std::string_view id, std::string_view verb,
                                        const strangler::AdminRequest& request) const {
  const Result<SagaAsked> asked = read_saga_order(request);
  if (!asked) return refused(asked.error());
  const Result<Found> found = find(*assembly_, id);
  if (!found) return refused(found.error());
  SagaControl* const control = found->module->entry->sagas(found->module->implementation);
  if (control == nullptr) {
    return refused({ErrorCode::FailedPrecondition,
                    "banyan.saga_not_possible",
                    found->module->name() + " keeps sagas and lets nobody interfere: what make_" +
                        found->module->name() + "() makes is no banyan::SagaControl",
                    {}});
  }
  const SagaWish wish = saga_wish_from(verb).value();
  const Result<SagaRecord> changed = control->order_saga(
      found->saga.id, {wish, asked->who, asked->why, asked->at.value_or("")}, patience());
  if (!changed) return refused(changed.error());
  log_->write(telemetry::Level::Info, "saga_changed",
              {{"module", found->module->name()},
               {"saga", changed->id.str()},
               {"change", std::string(verb)},
               {"who", asked->who},
               {"why", asked->why}});
  return document_of(*found->module, *changed);
}

}  // namespace banyan::host
