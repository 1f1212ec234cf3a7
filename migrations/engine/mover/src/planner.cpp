// SPDX-License-Identifier: Apache-2.0
#include "planner.hpp"

#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "banyan/placement/placement_table.hpp"
#include "banyan/sqlite/file_lock.hpp"
#include "banyan/sqlite/file_owner.hpp"
#include "database.hpp"
#include "estimate.hpp"
#include "left_copy.hpp"
#include "names.hpp"

namespace banyan::mover {
namespace {

namespace fs = std::filesystem;

// The checks of one move; each adds what it finds to the plan.
class Planner {
 public:
  Planner(const MoveRequest& request, Direction direction, PreparedMove& prepared)
      : request_(request),
        out_(direction == Direction::Out),
        prepared_(prepared),
        plan_(prepared.plan) {}

  void plan(const Connection& shared, const Connection* own, Owners& owners) {
    const Connection& origin = out_ ? shared : *own;
    const Connection* destination = out_ ? own : &shared;
    const std::vector<std::string> in_shared = names_in_shared(shared, owners);
    names_ = out_ ? in_shared : names_in_own_file(*own);
    table_set_ = table_set_of(origin, names_, request_.module, request_.companions);
    list_table_set(origin);
    refuse_what_cannot_be_copied(origin);
    if (out_) refuse_violations();
    if (destination != nullptr) inspect_destination(origin, *destination);
    note_what_was_made(origin);
    rehearse(origin);
    look_for_orphans(origin);
    look_at_the_disk(origin);
    look_at_owners();
    plan_.pause = estimate_pause(origin, row_sets_);
  }

 private:
  void refuse(const std::string& where, const std::string& problem) {
    plan_.refusals.push_back({where, problem});
  }

  // The manifest's tables, and the views that show nothing else.
  std::vector<std::string> names_in_shared(const Connection& shared, Owners& owners) {
    for (const std::string& table : prepared_.manifest_tables) {
      if (out_ && !table_of(shared, table)) {
        refuse(table, "the manifest gives it to " + request_.module + ", but " +
                          request_.shared.filename().string() + " does not have it; " +
                          (comes_with_separation(table)
                               ? "it comes with `banyan schema decouple " + request_.module + "`"
                               : "run the migrations or correct the manifest"));
      }
    }
    owners.adopt_views(shared);
    prepared_.manifest_tables = owners.tables_of_module(request_.module);
    return prepared_.manifest_tables;
  }

  bool comes_with_separation(const std::string& table) const {
    return std::ranges::any_of(request_.ownership.modules, [&](const ModuleTables& each) {
      return each.module == request_.module && contains_name(each.made_by_separation, table);
    });
  }

  void list_table_set(const Connection& origin) {
    for (const RowSet& rows : table_set_.tables) {
      plan_.tables.push_back({rows.table.name, true, count_of(origin, rows)});
      if (rows.table.has_sequence) plan_.sequences.push_back(rows.table.name);
      row_sets_.push_back(rows);
    }
    for (const RowSet& rows : table_set_.companions) {
      const auto& columns = rows.table.columns;
      const bool has_module = std::any_of(columns.begin(), columns.end(), [](const Column& column) {
        return same_name(column.name, "module");
      });
      if (has_module) {
        plan_.companion_rows += count_of(origin, rows);
        row_sets_.push_back(rows);
      } else {
        refuse(rows.table.name,
               "it is to go along in part, but it has no column 'module' that "
               "says which rows; leave it out of the companions");
      }
    }
    for (const SchemaObject& object : table_set_.objects) {
      if (object.type == "index") plan_.indexes.push_back(object.name);
      if (object.type == "trigger") plan_.triggers.push_back(object.name);
      if (object.type == "view") plan_.views.push_back(object.name);
    }
    if (origin.has_table("sqlite_stat1")) {
      plan_.notes.emplace_back("the query planner's statistics stay behind: run ANALYZE there");
    }
  }

  void refuse_what_cannot_be_copied(const Connection& origin) {
    for (const Table& table : tables_of(origin)) {
      if (!contains_name(names_, table.name)) continue;
      const bool special = table.kind == TableKind::Virtual || table.kind == TableKind::Shadow;
      if (special && !table.keeps_rows) {
        refuse(table.name,
               "it is a virtual table (or part of one), of which this mover copies those of FTS5 "
               "that keep their rows; drop it before the move and build it again afterwards");
      }
      if (table.rowid_hidden) {
        refuse(table.name,
               "its columns hide the row number under all its names (rowid, _rowid_, "
               "oid), so it cannot be copied exactly; rename one of the columns");
      }
    }
  }

  void refuse_violations() {
    Result<SchemaReport> report =
        schema_report(request_.shared, request_.ownership, request_.statements);
    if (report && request_.advise) request_.advise(*report);
    if (!report) {
      refuse(request_.shared.string(), report.error().message);
      return;
    }
    plan_.violations = violations_of(*report, request_.module);
    for (const BoundaryViolation& violation : plan_.violations) {
      refuse(std::string(to_string(violation.kind)) + " " + violation.object,
             violation.module + " -> " + violation.other + " (" + violation.how + "); " +
                 violation.next_step);
    }
    for (const Unreadable& unreadable : report->unreadable) {
      plan_.notes.push_back(unreadable.what + " could not be analysed: " + unreadable.problem);
    }
  }

  void inspect_destination(const Connection& origin, const Connection& destination) {
    const std::string file = destination.file().filename().string();
    if (origin.text("PRAGMA encoding") != destination.text("PRAGMA encoding") &&
        destination.number("SELECT count(*) FROM sqlite_master") != 0) {
      refuse(file, "its text encoding is " + destination.text("PRAGMA encoding") +
                       " and the origin's is " + origin.text("PRAGMA encoding") +
                       "; move the file away, and a new one is made");
    }
    if (out_) refuse_foreign_content(destination, file);
    if (!out_) refuse_taken_names(destination, file);
    refuse_what_would_be_lost(destination, file);
    for (const RowSet& rows : table_set_.companions) {
      const auto there = table_of(destination, rows.table.name);
      if (there && !same_columns(*there, rows.table)) {
        refuse(rows.table.name, "it has other columns in " + file +
                                    "; bring both files to the same version of the kit first");
      }
    }
  }

  static bool same_columns(const Table& a, const Table& b) {
    return std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(),
                      [](const Column& x, const Column& y) { return same_name(x.name, y.name); });
  }

  void refuse_foreign_content(const Connection& own, const std::string& file) {
    if (own.number("SELECT count(*) FROM sqlite_master") == 0) return;
    prepared_.own_is_new = false;
    for (const std::string& module : placement::gated_modules(own)) {
      if (module != request_.module) {
        refuse(file, "it is the own file of module " + module + "; give another location");
      }
    }
    if (!placement::find_gate(own, request_.module)) {
      refuse(file, "it exists and was not made by a move of " + request_.module +
                       "; move it away, or give another location");
      return;
    }
    for (const std::string& name : names_in_own_file(own)) {
      if (!contains_name(names_, name)) {
        refuse(file, "it holds " + name + ", which does not belong to " + request_.module +
                         " and would be lost; move it away or add it to the manifest");
      }
    }
    plan_.notes.push_back(file + " holds an old copy, which is replaced");
  }

  // What is dropped there must be the copy that the last switch left.
  void refuse_what_would_be_lost(const Connection& destination, const std::string& file) {
    std::vector<std::string> dropped = out_ ? names_in_own_file(destination) : names_;
    if (!out_) {
      dropped.insert(dropped.end(), prepared_.manifest_tables.begin(),
                     prepared_.manifest_tables.end());
    }
    for (const SchemaObject& object :
         changed_since(destination, request_.module, plan_.epoch, dropped)) {
      const bool is_foreign = out_ && object.type == "table" && !contains_name(names_, object.name);
      if (is_foreign) continue;  // refused as foreign content
      std::string kind = object.type;
      std::ranges::transform(kind, kind.begin(), [](unsigned char c) { return std::toupper(c); });
      refuse(file, "the " + object.type + " " + object.name +
                       " there is not as the last move left it: somebody went past the guards, "
                       "and this move would lose it. Look at it, carry what is wanted to where " +
                       request_.module + " is now, then drop it there (DROP " + kind + " " +
                       identifier(object.name) + ") and run this again");
    }
  }

  void note_what_was_made(const Connection& origin) {
    for (const SchemaObject& object :
         made_since(origin, request_.module, plan_.epoch, table_set_.objects)) {
      plan_.notes.push_back(
          "the " + object.type + " " + object.name +
          " was made or changed since the last move; it comes along" +
          (object.type == "table" && !out_ && !contains_name(prepared_.manifest_tables, object.name)
               ? ", and is owned by nobody there"
               : ""));
    }
  }

  // Names of indexes, views and triggers are common to the whole file.
  void refuse_taken_names(const Connection& shared, const std::string& file) {
    for (const SchemaObject& theirs : schema_objects_of(shared)) {
      const std::string& on =
          theirs.type == "table" || theirs.type == "view" ? theirs.name : theirs.table;
      if (contains_name(names_, on) || contains_name(prepared_.manifest_tables, on)) continue;
      for (const SchemaObject& ours : table_set_.objects) {
        if (same_name(ours.name, theirs.name)) {
          refuse(file, "the name of the " + ours.type + " " + ours.name + " is taken there by a " +
                           theirs.type + " on " + on + "; rename one of them");
        }
      }
    }
  }

  // Makes the schema in memory, so that a missing collation, function or module shows now, and
  // tries the rows where SQLite says that they break a rule.
  void rehearse(const Connection& origin) {
    if (!plan_.refusals.empty()) return;
    const Connection scratch = Connection::in_memory();
    scratch.set(sqlite::Setting::Triggers, false);
    scratch.run("PRAGMA encoding = '" + origin.text("PRAGMA encoding") + "'");
    for (const SchemaObject& object : table_set_.objects) {
      try {
        scratch.run(object.sql);
      } catch (const sqlite::Fault& fault) {
        refuse(object.type + " " + object.name,
               std::string("cannot be made in another file: ") + fault.what() +
                   "; the mover has no functions or collations of the application");
      }
    }
    if (!plan_.refusals.empty()) return;
    for (const RowSet& rows : table_set_.tables) {
      try {
        scratch.query("INSERT INTO " + identifier(rows.table.name) + " DEFAULT VALUES");
        scratch.query("SELECT * FROM " + identifier(rows.table.name));
        refuse_broken_rows(origin, scratch, rows);
      } catch (const sqlite::Fault& fault) {
        refuse("table " + rows.table.name,
               std::string("cannot be filled in another file: ") + fault.what() +
                   "; the mover has no functions or collations of the application");
      }
    }
  }

  // Rows that are older than a rule, or were written past it.
  void refuse_broken_rows(const Connection& origin, const Connection& scratch, const RowSet& rows) {
    const std::string& table = rows.table.name;
    const std::string said = origin.text("PRAGMA integrity_check(" + identifier(table) + ")");
    if (said == "ok") return;
    const std::optional<std::string> refused = first_refused(origin, scratch, rows);
    refuse("table " + table,
           refused ? *refused +
                         ". The row is older than the rule, or was written past it; correct "
                         "the row, or the rule in a migration"
                   : said + ". The table is damaged: restore a backup, or try REINDEX " +
                         identifier(table));
  }

  void look_for_orphans(const Connection& origin) {
    for (const RowSet& rows : table_set_.tables) {
      try {
        const std::int64_t orphans = origin.number(
            "SELECT count(*) FROM pragma_foreign_key_check(" + text_literal(rows.table.name) + ")");
        if (orphans != 0) {
          plan_.notes.push_back(rows.table.name + " has " + counted(orphans, "row") +
                                " without a parent already, and moves as it is");
        }
      } catch (const sqlite::Fault&) {
        plan_.notes.push_back(rows.table.name + ": its foreign keys cannot be checked");
      }
    }
  }

  static std::string parts_of(const Table& table) {
    std::vector<std::string> parts = {text_literal(table.name)};
    if (table.keeps_rows) {
      for (const char* part : {"_content", "_data", "_docsize", "_idx"}) {
        parts.push_back(text_literal(table.name + part));
      }
    }
    return joined(parts);
  }

  std::uint64_t estimated_bytes(const Connection& origin) const {
    std::int64_t bytes = 0;
    try {
      for (const RowSet& rows : row_sets_) {
        const std::int64_t of_table = origin.number(
            "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE aggregate = TRUE AND name IN "
            "(SELECT name FROM sqlite_master WHERE tbl_name IN (" +
            parts_of(rows.table) + "))");
        bytes += static_cast<std::int64_t>(static_cast<double>(of_table) * share_of(origin, rows));
      }
    } catch (const sqlite::Fault&) {  // built without dbstat
      bytes = origin.number("PRAGMA page_count") * origin.number("PRAGMA page_size");
    }
    // The rows once in the write-ahead log and once in the file.
    return static_cast<std::uint64_t>(bytes) * 2 + (1U << 20U);
  }

  void look_at_the_disk(const Connection& origin) {
    plan_.bytes = estimated_bytes(origin);
    const fs::path folder = fs::absolute(request_.shared).parent_path();
    std::error_code ignored;
    plan_.bytes_free = fs::space(folder, ignored).available;
    if (plan_.bytes_free < plan_.bytes) {
      refuse(folder.string(), "the copy needs about " + std::to_string(plan_.bytes >> 20U) +
                                  " MiB and " + std::to_string(plan_.bytes_free >> 20U) +
                                  " MiB are free; make room");
    }
    if (::access(folder.c_str(), W_OK) != 0) {
      refuse(folder.string(), "files cannot be made here; check the permissions of the folder");
    }
    struct statfs system{};
    // NFS, CIFS, SMB, SMB2, as statfs(2) lists them.
    constexpr std::array<std::uint32_t, 4> kNetwork{0x6969, 0xFF534D42, 0x517B, 0xFE534D42};
    if (::statfs(folder.c_str(), &system) == 0 &&
        std::find(kNetwork.begin(), kNetwork.end(), static_cast<std::uint32_t>(system.f_type)) !=
            kNetwork.end()) {
      refuse(folder.string(),
             "it is on a network file system, where locks and the write-ahead log "
             "cannot be relied on; move the database to a local disk");
    }
  }

  // What the move leaves behind must be the application's, not that of who runs this.
  void look_at_owners() {
    const std::string shared = prepared_.files.shared.string();
    const std::string own = prepared_.files.own.string();
    for (const std::string& file :
         {own, own + "-wal", own + "-shm", sqlite::writer_lock_of(own).string(),
          sqlite::writer_lock_of(shared).string(), mover_lock_of(shared).string()}) {
      if (const auto why = sqlite::why_not_like(file, shared)) refuse(file, *why);
    }
  }

  const MoveRequest& request_;
  bool out_;
  PreparedMove& prepared_;
  MovePlan& plan_;
  std::vector<std::string> names_;
  TableSet table_set_;
  std::vector<RowSet> row_sets_;  // all that is copied: the tables, and the companions' rows
};

Result<void> check_manifest(const MoveRequest& request) {
  std::vector<std::string> known;
  for (const ModuleTables& module : request.ownership.modules) {
    if (module.module != request.module) {
      known.push_back(module.module);
    } else if (module.tables.empty()) {
      return fail(ErrorCode::InvalidArgument, "mover.no_tables",
                  "module " + request.module + " owns no tables, so there is nothing to move");
    } else {
      return {};
    }
  }
  return fail(ErrorCode::InvalidArgument, "mover.unknown_module",
              "the manifest has no module '" + request.module +
                  "'; it has: " + (known.empty() ? "none" : joined(known)));
}

}  // namespace

std::int64_t schema_version(const Connection& database) {
  return database.number("PRAGMA schema_version");
}

Result<Files> check(const MoveRequest& request) {
  if (const Result<void> good = check_manifest(request); !good) return fail(good.error());
  return files_of(request.shared, request.module, request.location);
}

Result<PreparedMove> prepare_move(const MoveRequest& request, Direction direction) {
  const Result<Files> files = check(request);
  if (!files) return fail(files.error());
  Result<Owners> owners = Owners::from(request.ownership);
  if (!owners) return fail(owners.error());

  PreparedMove prepared;
  prepared.files = *files;
  prepared.manifest_tables = owners->tables_of_module(request.module);
  const bool out = direction == Direction::Out;
  MovePlan& plan = prepared.plan;
  plan.direction = direction;
  plan.module = request.module;
  plan.from = out ? files->shared : files->own;
  plan.to = out ? files->own : files->shared;

  const Result<Situation> situation = look(*files, request.module, prepared.manifest_tables);
  if (!situation) return fail(situation.error());
  prepared.agrees = situation->agrees;
  const Result<Connection> shared = open_existing(files->shared);
  if (!shared) return fail(shared.error());
  try {
    const auto placement =
        placement::find(*shared, request.module).value_or(placement::Placement{});
    plan.epoch = placement.epoch;
    plan.already_there = (placement.authority() == placement::Authority::Own) == out;
    if (!situation->agrees) {
      plan.notes.push_back("a move was broken off (" + situation->note +
                           "); the move begins by putting that right");
    }
    if (plan.already_there) {
      if (out && !request.location.empty() && request.location != placement.location) {
        plan.refusals.push_back({request.location, "the module has moved to " + placement.location +
                                                       " already; move it back first"});
      }
      return prepared;
    }
    std::error_code ignored;
    std::optional<Connection> own;
    if (fs::exists(files->own, ignored) || !out) {
      Result<Connection> opened = open_existing(files->own);
      if (!opened) return fail(opened.error());
      own = std::move(*opened);
      prepared.own_schema = schema_version(*own);
    }
    prepared.shared_schema = schema_version(*shared);
    Planner(request, direction, prepared).plan(*shared, own ? &*own : nullptr, *owners);
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, files->shared));
  }
  return prepared;
}

Result<MovePlan> plan_move(const MoveRequest& request, Direction direction) {
  Result<PreparedMove> prepared = prepare_move(request, direction);
  if (!prepared) return fail(prepared.error());
  return std::move(prepared->plan);
}

}  // namespace banyan::mover
