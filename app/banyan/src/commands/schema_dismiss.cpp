// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "banyan/kernel/clock.hpp"
#include "banyan/mover/ownership.hpp"
#include "database.hpp"
#include "exit_code.hpp"
#include "scripts.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

// When the module's last separation script was applied.
std::optional<Timestamp> separated_at(const DatabaseOptions& options,
                                      const manifest::Manifest& manifest) {
  std::optional<Timestamp> at;
  for (const auto& each :
       migrations::Runner(options.database, scripts_of(manifest), system_clock()).status()) {
    const bool counts = each.module == options.module && each.name.starts_with("separation/");
    if (counts) at = std::max(at, each.applied_at);
  }
  return at;
}

// Until when what crosses has run by right. Readers of the old tables may overlap with the script,
// and times are kept to the second.
std::optional<Timestamp> over_at(const std::optional<Timestamp>& script) {
  constexpr std::int64_t kSlackMicros = 2'000'000;
  if (!script) return {};
  return Timestamp{script->micros + kSlackMicros};
}

// Those of the module that cross now.
Result<std::vector<SeenStatement>> violation(const DatabaseOptions& options,
                                             const manifest::Manifest& manifest) {
  const auto report = mover::schema_report(options.database, mover::ownership_of(manifest),
                                           statements_of(manifest));
  if (!report) return fail(report.error());
  std::vector<SeenStatement> found;
  for (SeenStatement& each : seen_statements(manifest)) {
    const bool crosses =
        std::ranges::any_of(report->violations, [&](const mover::BoundaryViolation& other) {
          return other.kind == mover::ViolationKind::Statement && other.object.starts_with(each.id);
        });
    if (crosses && each.statement.module == options.module) found.push_back(std::move(each));
  }
  return found;
}

struct Choice {
  std::vector<SeenStatement> dismissed, kept;
};

// Those that are named; without a name those that have not run since what crosses was over.
Choice choose(const DatabaseOptions& options, const std::vector<SeenStatement>& found,
              const std::optional<Timestamp>& over) {
  Choice choice;
  for (const SeenStatement& each : found) {
    const bool is_named =
        std::ranges::find(options.statements, each.id) != options.statements.end();
    const bool goes =
        options.statements.empty() ? over && each.statement.last_run < *over : is_named;
    (goes ? choice.dismissed : choice.kept).push_back(each);
  }
  return choice;
}

Result<void> check_names(const DatabaseOptions& options, const std::vector<SeenStatement>& found) {
  for (const std::string& id : options.statements) {
    if (std::ranges::find(found, id, &SeenStatement::id) != found.end()) continue;
    Error error{
        ErrorCode::InvalidArgument,
        "banyan.unknown_statement",
        "no statement of " + options.module + " that crosses has the name " + id +
            "; nothing was dismissed" +
            (found.empty() ? ". `banyan schema report` shows what crosses" : ". There are:"),
        {}};
    for (const SeenStatement& each : found) {
      error.details.push_back({each.id, each.statement.sql});
    }
    return fail(std::move(error));
  }
  return {};
}

// Without names it is said of the module, and so of statements, too, of which the application,
// which runs, has not told yet.
Result<bool> write_down(const DatabaseOptions& options, const std::vector<SeenStatement>& dismissed,
                        const std::optional<Timestamp>& over) {
  return manifest::update(options.database, [&](std::optional<manifest::Manifest> known) {
    manifest::Manifest more;
    if (over && options.statements.empty()) more.dismissals = {{options.module, *over}};
    for (const SeenStatement& each : dismissed) {
      more.statements.push_back(each.statement);
      more.statements.back().dismissed_at = system_clock().now();
    }
    if (known) manifest::merge(*known, more);
    return known;
  });
}

Json json_of(const std::vector<SeenStatement>& statements) {
  Json list = Json::array();
  for (const SeenStatement& each : statements) {
    list.push_back({{"id", each.id},
                    {"sql", each.statement.sql},
                    {"last_run", to_string(each.statement.last_run)}});
  }
  return list;
}

void show(std::string_view what, const std::vector<SeenStatement>& statements) {
  for (const SeenStatement& each : statements) {
    print_line(std::string(what) + ' ' + each.id + ", last run " +
               to_string(each.statement.last_run) + ": " + each.statement.sql);
  }
}

int show(const DatabaseOptions& options, const Choice& choice) {
  if (options.json) {
    print_json(Json{{"dry_run", options.dry_run},
                    {"dismissed", json_of(choice.dismissed)},
                    {"kept", json_of(choice.kept)}});
  } else {
    show(options.dry_run ? "would dismiss" : "dismissed", choice.dismissed);
    show("kept", choice.kept);
    print_line(choice.dismissed.empty() ? "nothing to dismiss"
                                        : "What runs again is back in the report.");
  }
  if (choice.kept.empty() || !options.statements.empty()) return kDone;
  print_error("what is kept has run since the last separation script of " + options.module +
              " was applied, or none was. If the code no longer runs it, name it: --statement " +
              choice.kept.front().id);
  return kRefused;
}

}  // namespace

int schema_dismiss(const DatabaseOptions& options) {
  const auto manifest = manifest_for(options);
  if (!manifest) return give_up(manifest.error(), options.json);
  const auto found = violation(options, *manifest);
  if (!found) return give_up(found.error(), options.json);
  if (const auto known = check_names(options, *found); !known) {
    return give_up(known.error(), options.json);
  }
  try {
    const auto over = over_at(separated_at(options, *manifest));
    const Choice choice = choose(options, *found, over);
    if (!options.dry_run) {
      const auto written = write_down(options, choice.dismissed, over);
      if (!written) return give_up(written.error(), options.json);
    }
    return show(options, choice);
  } catch (const migrations::MigrationFault& fault) {
    return show_fault(fault, options.json);
  }
}

}  // namespace banyan::cli
