// SPDX-License-Identifier: Apache-2.0
#include "execution.hpp"

#include "banyan/placement/placement_table.hpp"
#include "banyan/placement/write_guards.hpp"
#include "banyan/sqlite/durable_file.hpp"
#include "names.hpp"

namespace banyan::mover {
namespace {

using Micros = std::chrono::microseconds;

Micros since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now() - begin);
}

}  // namespace

Execution::Execution(const MoveRequest& request, const PreparedMove& prepared,
                     const MoveOptions& options, const LockedFiles& files)
    : request_(request),
      prepared_(prepared),
      options_(options),
      out_(prepared.plan.direction == Direction::Out),
      epoch_(prepared.plan.epoch + 1),
      shared_(files.shared),
      own_(files.own),
      meter_(options) {
  outcome_.direction = prepared.plan.direction;
  outcome_.epoch = epoch_;
  outcome_.authoritative = prepared.plan.to;
}

void Execution::at(Step step) const {
  if (options_.on_step) options_.on_step(step, &origin(), &destination());
}

Result<MoveOutcome> Execution::run() {
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

Result<void> Execution::begin() {
  const bool own_changed = own_is_new() ? own_.number("SELECT count(*) FROM sqlite_master") != 0
                                        : schema_version(own_) != prepared_.own_schema;
  if (schema_version(shared_) != prepared_.shared_schema || own_changed) {
    return fail(ErrorCode::Conflict, "mover.schema_changed",
                "the schema was changed between planning and moving, perhaps by a migration; run "
                "the same command again");
  }
  std::vector<std::string> moving;
  if (!out_) {
    moving = names_in_own_file(own_);
  } else {
    for (const TableReport& table : prepared_.plan.tables) moving.push_back(table.table);
    moving.insert(moving.end(), prepared_.plan.views.begin(), prepared_.plan.views.end());
  }
  table_set_ = table_set_of(origin(), moving, request_.module, request_.companions);
  for (const RowSet& rows : table_set_.tables) rows_total_ += count_of(origin(), rows);
  for (const RowSet& rows : table_set_.companions) rows_total_ += count_of(origin(), rows);
  return {};
}

void Execution::prepare() {
  // An old copy from an earlier move lies there: nobody reads it, and its schema may be old too.
  if (out_) {
    drop_all(own_, names_in_own_file(own_));
  } else {
    drop_all(shared_, table_set_.names);
    drop_all(shared_, prepared_.manifest_tables);
  }
  create_tables(destination(), table_set_, origin());
}

void Execution::copy() {
  meter_.begin(Progress::Phase::Copying, rows_total_);
  bool first = true;
  for (const RowSet& rows : table_set_.tables) {
    meter_.enter(rows.table.name);
    copy_rows(origin(), destination(), rows, meter_);
    copy_sequence(origin(), destination(), rows.table);
    if (std::exchange(first, false)) at(Step::HalfCopied);
  }
  for (const RowSet& rows : table_set_.companions) {
    destination()
        .query("DELETE FROM main." + identifier(rows.table.name) + " WHERE module = ?1")
        .bind(1, request_.module)
        .run();
    copy_rows(origin(), destination(), rows, meter_);
  }
  outcome_.rows = meter_.rows();
  meter_.begin(Progress::Phase::Indexing, 0);
  create_the_rest(destination(), table_set_);
  if (out_)
    placement::ensure_guards(own_, placement::Guard::Gate, request_.module, table_set_.names);
}

Result<void> Execution::verify() {
  meter_.begin(Progress::Phase::Verifying, rows_total_);
  std::vector<Detail> differences;
  const auto note = [&](const std::string& where, std::optional<std::string> difference) {
    if (difference) differences.push_back({where, std::move(*difference)});
  };
  note("schema", schema_difference(origin(), destination(), table_set_));
  Digests of_rows;
  for (const RowSet& rows : table_set_.tables) {
    meter_.enter(rows.table.name);
    note(rows.table.name,
         first_difference(origin(), destination(), rows, meter_, of_rows[rows.table.name]));
    note(rows.table.name, sequence_difference(origin(), destination(), rows.table));
  }
  for (const RowSet& rows : table_set_.companions) {
    std::string unused;
    note(rows.table.name, first_difference(origin(), destination(), rows, meter_, unused));
  }
  digests_ = digests_of(table_set_.objects, of_rows);
  if (differences.empty()) return {};
  const std::string first = differences.front().problem;
  return fail(ErrorCode::Internal, "mover.copy_differs",
              "the copy is not equal to the origin: " + first +
                  ". It was made and read back in this one run, so the mover, SQLite, the disk or "
                  "the memory of this machine is at fault: keep this message, and try again once",
              std::move(differences));
}

// The own file is complete and closed on the disk before the fence may say anything new.
void Execution::seal() {
  placement::write_gate(own_, request_.module, {.open = false, .epoch = epoch_});
  write_down(own_, request_.module, epoch_, digests_);
  commit(own_);
  sqlite::sync_folder(std::filesystem::absolute(prepared_.files.own).parent_path());
  // Built with a rollback journal, which writes a new file only once; used as the shared file is.
  if (own_is_new() && shared_.text("PRAGMA journal_mode") == "wal") {
    own_.run("PRAGMA journal_mode = WAL");
  }
}

void Execution::switch_over() {
  placement::write(shared_, request_.module,
                   {out_ ? placement::Stage::Switched : placement::Stage::Shared, epoch_,
                    prepared_.files.own.filename().string()});
  write_down(shared_, request_.module, epoch_, digests_);
  if (out_)
    placement::ensure_guards(shared_, placement::Guard::Fence, request_.module,
                             prepared_.manifest_tables);
  at(Step::FenceWritten);
  commit(shared_);
}

// On the way back it stays closed, and says that this was no attempt.
void Execution::settle_gate() {
  about(own_.file(), [&] { own_.run("BEGIN IMMEDIATE"); });
  placement::write_gate(own_, request_.module, {.open = out_, .epoch = epoch_, .settled = true});
  commit(own_);
}

// Where the disk fails, and where readers of a rollback journal are waited for.
void Execution::commit(const Connection& database) const {
  about(database.file(), [&] { database.run("COMMIT"); });
}

}  // namespace banyan::mover
