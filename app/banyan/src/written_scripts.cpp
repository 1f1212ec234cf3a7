// SPDX-License-Identifier: Apache-2.0
#include "written_scripts.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/mover/ownership.hpp"
#include "scripts.hpp"

namespace banyan::cli {
namespace {

using Words = std::vector<std::string>;

/// "stock" of "stock.track_id -> tracks.id", "sales" of the view sales.
std::string subject_of(const mover::BoundaryViolation& violation) {
  const Words words = mover::words_of(violation.object);
  return words.empty() ? std::string() : words.front();
}

bool has(const Words& words, std::initializer_list<std::string_view> sequence) {
  return std::ranges::search(words, sequence).begin() != words.end();
}

/// A table is rebuilt without what crosses, a view or a trigger is dropped.
bool takes_away(const Words& words, const mover::BoundaryViolation& violation) {
  const std::string subject = subject_of(violation);
  const auto drops = [&](std::string_view what) {
    return has(words, {"drop", what, subject}) ||
           has(words, {"drop", what, "if", "exists", subject});
  };
  switch (violation.kind) {
    case mover::ViolationKind::ForeignKey:
      return drops("table") || has(words, {"rename", "to", subject});
    case mover::ViolationKind::View: return drops("view");
    case mover::ViolationKind::Trigger: return drops("trigger");
    case mover::ViolationKind::Statement: break;  // in code, where no script is
  }
  return false;
}

std::vector<migrations::Status> scripts_in(const std::string& database,
                                           const manifest::Manifest& manifest) {
  try {
    return migrations::Runner(database, scripts_of(manifest), system_clock()).status();
  } catch (const migrations::MigrationFault&) {
    return {};  // what is wrong with them, `banyan schema decouple` says
  }
}

}  // namespace

void advise_to_apply_what_is_written(mover::SchemaReport& report, const std::string& database,
                                     const manifest::Manifest& manifest) {
  const std::vector<migrations::Status> scripts = scripts_in(database, manifest);
  for (const manifest::ManifestModule& module : manifest.modules) {
    for (const manifest::ManifestScript& script : module.scripts) {
      const bool waits = std::ranges::any_of(scripts, [&](const migrations::Status& each) {
        return each.module == module.name && each.name == script.name &&
               each.state != migrations::State::Applied;
      });
      if (!waits || !script.name.starts_with("separation/")) continue;
      const Words words = mover::words_of(script.sql);
      for (mover::BoundaryViolation& violation : report.violations) {
        const bool ours = violation.module == module.name || violation.other == module.name;
        if (!ours || !takes_away(words, violation)) continue;
        violation.next_step = "run `banyan schema decouple " + module.name + "`: " + module.name +
                              '/' + script.name + " does it, and is not applied yet";
      }
    }
  }
}

}  // namespace banyan::cli
