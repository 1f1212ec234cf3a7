// SPDX-License-Identifier: Apache-2.0
#include "journey.hpp"

#include "names.hpp"
#include "placement/placement_table.hpp"
#include "placement/write_guards.hpp"
#include "sqlite/durable_file.hpp"
#include "sqlite/file_owner.hpp"

namespace banyan::mover {
namespace {

using Micros = std::chrono::microseconds;

Micros since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now() - begin);
}

// SQLite's journals follow the owner and the mode of their database.
const std::filesystem::path& made_like_the_shared(const Files& files) {
  sqlite::make_like(files.own, files.shared);
  return files.own;
}

}  // namespace

Journey::Journey(const MoveRequest& request, const Blueprint& blueprint, const MoveOptions& options)
    : request_(request),
      blueprint_(blueprint),
      options_(options),
      out_(blueprint.plan.direction == Direction::Out),
      epoch_(blueprint.plan.epoch + 1),
      shared_(open_for_applying(blueprint.files.shared, options.lock_wait)),
      own_(open_for_applying(out_ ? made_like_the_shared(blueprint.files) : blueprint.files.own,
                             options.lock_wait)),
      meter_(options) {
  outcome_.direction = blueprint.plan.direction;
  outcome_.epoch = epoch_;
  outcome_.authoritative = blueprint.plan.to;
}

Journey::~Journey() {
  shared_.roll_back();
  own_.roll_back();
}

void Journey::at(Step step) const {
  if (options_.on_step) options_.on_step(step, &origin(), &destination());
}

Result<MoveOutcome> Journey::run() {
  at(Step::Locked);
  if (Result<void> begun = begin(); !begun) return fail(begun.error());
  at(Step::Begun);
  prepare();
  at(Step::SchemaMade);
  auto began = std::chrono::steady_clock::now();
  copy();
  outcome_.copying = since(began);
  at(Step::Copied);
  began = std::chrono::steady_clock::now();
  if (Result<void> verified = verify(); !verified) return fail(verified.error());
  outcome_.verifying = since(began);
  at(Step::Verified);
  meter_.begin(Progress::Phase::Switching, 0);
  seal();
  at(Step::Sealed);
  switch_over();
  at(Step::Switched);
  settle_gate();
  at(Step::GateOpened);
  return outcome_;
}

Result<void> Journey::begin() {
  meter_.begin(Progress::Phase::Waiting, 0);
  if (out_ && blueprint_.own_is_new) {
    own_.run("PRAGMA encoding = '" + shared_.text("PRAGMA encoding") +
             "'; PRAGMA page_size = " + shared_.text("PRAGMA page_size") +
             "; PRAGMA auto_vacuum = " + shared_.text("PRAGMA auto_vacuum"));
  }
  shared_.run("BEGIN IMMEDIATE");
  own_.run("BEGIN IMMEDIATE");
  const bool own_changed = out_ && blueprint_.own_is_new
                               ? own_.number("SELECT count(*) FROM sqlite_master") != 0
                               : schema_version(own_) != blueprint_.own_schema;
  if (schema_version(shared_) != blueprint_.shared_schema || own_changed) {
    return fail(ErrorCode::Conflict, "mover.schema_changed",
                "the schema was changed between planning and moving, perhaps by a migration; run "
                "the same command again");
  }
  const std::vector<std::string> names =
      out_ ? std::vector<std::string>{} : names_in_own_file(own_);
  std::vector<std::string> moving = names;
  if (out_) {
    for (const TableReport& table : blueprint_.plan.tables) moving.push_back(table.table);
    moving.insert(moving.end(), blueprint_.plan.views.begin(), blueprint_.plan.views.end());
  }
  cargo_ = cargo_of(origin(), moving, request_.module, request_.companions);
  for (const RowSet& rows : cargo_.tables) rows_total_ += count_of(origin(), rows);
  for (const RowSet& rows : cargo_.companions) rows_total_ += count_of(origin(), rows);
  return {};
}

void Journey::prepare() {
  // An old copy from an earlier move lies there: nobody reads it, and its schema may be old too.
  if (out_) {
    drop_all(own_, names_in_own_file(own_));
  } else {
    drop_all(shared_, cargo_.names);
    drop_all(shared_, blueprint_.manifest_tables);
  }
  create_tables(destination(), cargo_, origin());
}

void Journey::copy() {
  meter_.begin(Progress::Phase::Copying, rows_total_);
  bool first = true;
  for (const RowSet& rows : cargo_.tables) {
    meter_.enter(rows.table.name);
    copy_rows(origin(), destination(), rows, meter_);
    copy_sequence(origin(), destination(), rows.table);
    if (std::exchange(first, false)) at(Step::HalfCopied);
  }
  for (const RowSet& rows : cargo_.companions) {
    destination()
        .query("DELETE FROM main." + identifier(rows.table.name) + " WHERE module = ?1")
        .bind(1, request_.module)
        .run();
    copy_rows(origin(), destination(), rows, meter_);
  }
  outcome_.rows = meter_.rows();
  meter_.begin(Progress::Phase::Indexing, 0);
  create_the_rest(destination(), cargo_);
  if (out_) placement::ensure_guards(own_, placement::Guard::Gate, request_.module, cargo_.names);
}

Result<void> Journey::verify() {
  meter_.begin(Progress::Phase::Verifying, rows_total_);
  std::vector<Detail> differences;
  const auto note = [&](const std::string& where, std::optional<std::string> difference) {
    if (difference) differences.push_back({where, std::move(*difference)});
  };
  note("schema", schema_difference(origin(), destination(), cargo_));
  for (const RowSet& rows : cargo_.tables) {
    meter_.enter(rows.table.name);
    note(rows.table.name, first_difference(origin(), destination(), rows, meter_));
    note(rows.table.name, sequence_difference(origin(), destination(), rows.table));
  }
  for (const RowSet& rows : cargo_.companions) {
    note(rows.table.name, first_difference(origin(), destination(), rows, meter_));
  }
  if (differences.empty()) return {};
  const std::string first = differences.front().problem;
  return fail(ErrorCode::Internal, "mover.differs",
              "the copy is not equal to the origin: " + first + ". Nothing was switched; " +
                  blueprint_.plan.from.string() +
                  " stays authoritative. Check the disk and the memory of this machine, then run "
                  "the same command again",
              std::move(differences));
}

// The own file is complete and closed on the disk before the fence may say anything new.
void Journey::seal() {
  placement::write_gate(own_, request_.module, {.open = false, .epoch = epoch_});
  own_.run("COMMIT");
  sqlite::sync_folder(std::filesystem::absolute(blueprint_.files.own).parent_path());
  if (out_ && blueprint_.own_is_new) {
    // Built with a rollback journal, which writes a new file only once; used with a WAL.
    own_.run("PRAGMA journal_mode = WAL");
  }
}

void Journey::switch_over() {
  placement::write(shared_, request_.module,
                   {out_ ? placement::Stage::Switched : placement::Stage::Shared, epoch_,
                    blueprint_.files.own.filename().string()});
  if (out_)
    placement::ensure_guards(shared_, placement::Guard::Fence, request_.module,
                             blueprint_.manifest_tables);
  at(Step::FenceWritten);
  shared_.run("COMMIT");
}

// On the way back it stays closed, and says that this was no attempt.
void Journey::settle_gate() {
  own_.run("BEGIN IMMEDIATE");
  placement::write_gate(own_, request_.module, {.open = out_, .epoch = epoch_, .settled = true});
  own_.run("COMMIT");
}

}  // namespace banyan::mover
