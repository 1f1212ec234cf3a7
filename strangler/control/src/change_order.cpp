// SPDX-License-Identifier: Apache-2.0
#include "change_order.hpp"

#include <utility>

#include "body_reader.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::json;

/// Longer than anybody waits, and short enough to be counted in.
constexpr std::uint64_t kLongestDwell = 366ULL * 86'400;

constexpr const char* kDespite = "despite_differences";

std::vector<std::string> fields_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::Shift: return {"percent", "writes", "from_revision", "force", kDespite};
    case ChangeKind::Next: return {"from_revision", "force", kDespite};
    case ChangeKind::Shadow:
    case ChangeKind::Retire: return {"from_revision", "force"};
    case ChangeKind::Back: return {"gradually", "from_revision", "force"};
  }
  return {};
}

Despite despite_of(BodyReader& reader) {
  return {.force = reader.flag("force"), .differences = reader.flag(kDespite)};
}

std::optional<std::chrono::seconds> dwell_in(BodyReader& reader, const Json& value,
                                             const std::string& pointer) {
  const auto seconds = reader.number_in(value, pointer);
  if (seconds && *seconds <= kLongestDwell) return std::chrono::seconds(*seconds);
  if (seconds) reader.complain_at(pointer, "is longer than a year");
  return std::nullopt;
}

std::optional<Side> side_in(BodyReader& reader, const Json& value, const std::string& pointer) {
  const auto side = value.is_string() ? side_from(value.get<std::string>()) : std::nullopt;
  if (!side) {
    reader.complain_at(
        pointer,
        "is " + value.dump() + R"(, expected "remote" (the new side) or "local" (the old one))");
  }
  return side;
}

/// "5%", 5, "writes", or an object with what this step has of its own.
PlanOrder::Step read_step(BodyReader& reader, const Json& value, const std::string& pointer) {
  PlanOrder::Step step;
  if (value == kWritesStep) return {.share = Percent::all(), .writes = Side::Remote};
  if (!value.is_object()) {
    step.share = reader.percent_in(value, pointer).value_or(Percent::none());
    return step;
  }
  if (!value.contains("percent")) reader.complain_at(pointer + "/percent", "is missing");
  for (const auto& [key, field] : value.items()) {
    const std::string at = pointer + '/' + key;
    if (key == "percent") {
      step.share = reader.percent_in(field, at).value_or(Percent::none());
    } else if (key == "dwell_seconds") {
      step.dwell = dwell_in(reader, field, at);
    } else if (key == "samples") {
      step.samples = reader.number_in(field, at);
    } else if (key == "writes") {
      step.writes = side_in(reader, field, at).value_or(Side::Local);
    } else {
      reader.complain_at(at, "unknown field. Known: percent, writes, dwell_seconds, samples.");
    }
  }
  return step;
}

void read_start(BodyReader& reader, const Json& json, PlanOrder& order) {
  if (const auto steps = json.find("steps"); steps != json.end()) {
    if (!steps->is_array() || steps->empty()) {
      reader.complain("steps", R"(is )" + steps->dump() +
                                   R"(, expected a list such as ["1%", "5%", "25%", "100%"])");
    } else {
      for (std::size_t i = 0; i < steps->size(); ++i) {
        order.steps.push_back(read_step(reader, (*steps)[i], "/steps/" + std::to_string(i)));
      }
    }
  }
  if (const auto dwell = json.find("dwell_seconds"); dwell != json.end()) {
    order.dwell = dwell_in(reader, *dwell, "/dwell_seconds");
  }
  order.samples = reader.number("samples");
  order.despite = despite_of(reader);
}

/// All problems at once, or the order.
template <class Order>
Result<Order> read_order(BodyReader reader, Order order) {
  if (auto read = std::move(reader).end(); !read) return fail(std::move(read.error()));
  return order;
}

}  // namespace

Result<ChangeOrder> read_change_order(std::string_view body, ChangeKind kind) {
  const Result<Json> json = parse_body(body);
  if (!json) return fail(json.error());
  BodyReader reader(*json, fields_of(kind));
  ChangeOrder change;
  if (kind == ChangeKind::Shift) {
    change.order = {.reads = reader.percent("percent"), .writes = reader.side("writes")};
    if (!reader.has("percent") && !reader.has("writes")) {
      reader.complain("percent", "is missing; a shift says where to: percent, writes or both");
    }
  }
  change.order.despite = despite_of(reader);
  if (kind == ChangeKind::Back) change.gradually = reader.flag("gradually");
  if (change.gradually && change.order.despite.force) {
    reader.complain("force", "is for a step at once");
  }
  const auto from = reader.number("from_revision");
  if (change.gradually && from) reader.complain("from_revision", "is for a step at once");
  change.reason = reader.reason();
  change.reason.from = from;
  if (kind == ChangeKind::Retire && change.reason.evidence.empty()) {
    reader.complain("evidence",
                    "is missing: what nobody has judged is not retired; `banyan retire MODULE "
                    "--why …` judges, and brings it");
  }
  return read_order(std::move(reader), std::move(change));
}

Result<OrderOfPlan> read_plan_order(std::string_view body) {
  const Result<Json> json = parse_body(body);
  if (!json) return fail(json.error());
  BodyReader reader(
      *json, {"action", "steps", "dwell_seconds", "samples", "gradually", "force", kDespite});
  OrderOfPlan plan;
  const std::string action = reader.text("action", false);
  const auto verb = plan_verb_from(action);
  if (!verb) {
    reader.complain("action", (reader.has("action") ? "is \"" + action + "\"" : "is missing") +
                                  std::string(", expected start, pause, resume or abort"));
  } else {
    plan.order.verb = *verb;
    const bool starts = *verb == PlanVerb::Start;
    for (const char* each : {"steps", "dwell_seconds", "samples"}) {
      if (!starts && reader.has(each)) reader.complain(each, "is for a start only");
    }
    for (const char* each : {"force", kDespite}) {
      if (!starts && *verb != PlanVerb::Resume && reader.has(each)) {
        reader.complain(each, "is for a start or resume only");
      }
    }
    if (*verb != PlanVerb::Abort && reader.has("gradually")) {
      reader.complain("gradually", "is for an abort only");
    }
  }
  if (plan.order.verb == PlanVerb::Start) read_start(reader, *json, plan.order);
  if (plan.order.verb == PlanVerb::Resume) plan.order.despite = despite_of(reader);
  if (plan.order.verb == PlanVerb::Abort) plan.order.gradually = reader.flag("gradually");
  plan.reason = reader.reason();
  return read_order(std::move(reader), std::move(plan));
}

Result<GotoOrder> read_goto_order(std::string_view body) {
  const Result<Json> json = parse_body(body);
  if (!json) return fail(json.error());
  BodyReader reader(*json, {"revision", "dry_run", "force", kDespite});
  GotoOrder order;
  const auto revision = reader.number("revision");
  if (!reader.has("revision")) {
    reader.complain("revision", "is missing; banyan log shows which there are");
  }
  order.where = {.revision = revision.value_or(0),
                 .dry_run = reader.flag("dry_run"),
                 .despite = despite_of(reader)};
  order.reason = reader.reason();
  return read_order(std::move(reader), std::move(order));
}

}  // namespace banyan::strangler
