// SPDX-License-Identifier: Apache-2.0
#include "banyan/mover/completion.hpp"
#include "database.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

int show_completion_plan(const DatabaseOptions& options, const mover::MoveRequest& request) {
  const auto plan = mover::plan_completion(request);
  if (!plan) return give_up(plan.error(), options.json);
  if (!options.json) {
    print_line(mover::to_text(*plan));
  } else {
    Json tables = Json::array();
    for (const mover::TableReport& each : plan->tables) {
      tables.push_back({{"table", each.table}, {"rows", each.rows}});
    }
    Json refusals = Json::array();
    for (const Detail& each : plan->refusals) {
      refusals.push_back({{"where", each.where}, {"problem", each.problem}});
    }
    print_json(Json{{"module", plan->module},
                    {"shared", plan->shared.string()},
                    {"own", plan->own.string()},
                    {"epoch", plan->epoch},
                    {"already_complete", plan->already_complete},
                    {"tables", std::move(tables)},
                    {"views", plan->views},
                    {"companion_rows", plan->companion_rows},
                    {"notes", plan->notes},
                    {"refusals", std::move(refusals)}});
  }
  return plan->refusals.empty() ? kDone : kRefused;
}

}  // namespace

int schema_complete(const DatabaseOptions& options) {
  const auto request = move_request(options);
  if (!request) return give_up(request.error(), options.json);
  if (options.dry_run) return show_completion_plan(options, *request);
  const auto done = mover::complete_move(*request, {.lock_wait = options.wait});
  if (!done) return give_up(done.error(), options.json);
  if (options.json) {
    print_json(Json{{"module", options.module},
                    {"already_complete", done->already_complete},
                    {"epoch", done->epoch},
                    {"authoritative", done->authoritative.string()},
                    {"dropped", done->dropped},
                    {"rows", done->rows}});
  } else {
    print_line(mover::to_text(*done));
  }
  return kDone;
}

}  // namespace banyan::cli
