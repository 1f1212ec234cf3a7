// SPDX-License-Identifier: Apache-2.0
#include "banyan/mover/move.hpp"
#include "database.hpp"
#include "exit_code.hpp"
#include "progress.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

int show_plan(const DatabaseOptions& options, const mover::MoveRequest& request,
              mover::Direction direction) {
  const auto plan = mover::plan_move(request, direction);
  if (!plan) return give_up(plan.error(), options.json);
  if (!options.json) {
    print_line(mover::to_text(*plan));
  } else {
    Json refusals = Json::array();
    for (const Detail& each : plan->refusals) {
      refusals.push_back({{"where", each.where}, {"problem", each.problem}});
    }
    print_json(Json{{"module", plan->module},
                    {"from", plan->from.string()},
                    {"to", plan->to.string()},
                    {"epoch", plan->epoch},
                    {"already_there", plan->already_there},
                    {"rows", plan->pause.rows},
                    {"companion_rows", plan->companion_rows},
                    {"bytes", plan->bytes},
                    {"expected_pause_ms", plan->pause.pause.count()},
                    {"refusals", std::move(refusals)}});
  }
  return plan->refusals.empty() ? kDone : kRefused;
}

}  // namespace

int schema_move(const DatabaseOptions& options) {
  const auto request = move_request(options);
  if (!request) return give_up(request.error(), options.json);
  const auto direction = options.back ? mover::Direction::Back : mover::Direction::Out;
  if (options.dry_run) return show_plan(options, *request, direction);

  ProgressLine progress;
  mover::MoveOptions moving;
  moving.lock_wait = options.wait;
  moving.on_begin = [](const mover::MovePlan& plan) {
    announce("moving " + mover::to_text(plan.pause));
  };
  moving.on_progress = [&](const mover::Progress& at) {
    progress.show(mover::to_string(at.phase), at.table, at.rows_done, at.rows_total);
  };
  const auto moved = mover::move_module(*request, direction, moving);
  progress.clear();
  if (!moved) return give_up(moved.error(), options.json);
  if (options.json) {
    print_json(Json{{"module", options.module},
                    {"direction", mover::to_string(moved->direction)},
                    {"already_there", moved->already_there},
                    {"epoch", moved->epoch},
                    {"authoritative", moved->authoritative.string()},
                    {"rows", moved->rows},
                    {"pause_micros", moved->pause.count()},
                    {"left_to_do", moved->left_to_do}});
  } else {
    print_line(mover::to_text(*moved));
  }
  return moved->left_to_do.empty() ? kDone : kUnfinished;
}

}  // namespace banyan::cli
