// SPDX-License-Identifier: Apache-2.0
#include "merge_statements.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "banyan/sql/statement_shape.hpp"

namespace banyan::manifest {
namespace {

// The text stays the one that was there: by it tools name the statement.
void add(ManifestStatement& known, const ManifestStatement& more) {
  if (more.last_run >= known.last_run && more.crosses) known.crosses = more.crosses;
  known.last_run = std::max(known.last_run, more.last_run);
  known.dismissed_at = std::max(known.dismissed_at, more.dismissed_at);
}

/// Each once, in the order in which they were found.
class Folded {
 public:
  void add_all(const std::vector<ManifestStatement>& statements) {
    for (const ManifestStatement& each : statements) {
      const auto key = each.module + '\n' + sql::statement_shape(each.sql);
      const auto [known, is_new] = by_shape_.emplace(key, all_.size());
      if (is_new) {
        all_.push_back(each);
      } else {
        add(all_[known->second], each);
      }
    }
  }

  std::vector<ManifestStatement> take() { return std::move(all_); }

 private:
  std::vector<ManifestStatement> all_;
  std::unordered_map<std::string, std::size_t> by_shape_;
};

bool may_cross(const Manifest& manifest, const ManifestStatement& statement) {
  return statement.crosses.value_or(true) && !is_dismissed(manifest, statement);
}

// What is larger is kept before what is smaller.
auto worth(const Manifest& manifest, const ManifestStatement& statement) {
  const bool crosses = may_cross(manifest, statement);
  return std::tuple(crosses && statement.crosses.has_value(), crosses, statement.last_run);
}

// What is said of a module, in a list that has one for each; a new one, when nothing is.
template <typename Note>
Note& note_of(std::optional<std::vector<Note>>& notes, const std::string& module) {
  if (!notes) notes.emplace();
  const auto known = std::ranges::find(*notes, module, &Note::module);
  return known != notes->end() ? *known : notes->emplace_back(Note{.module = module});
}

void leave_out(Manifest& manifest, const ManifestLeftOut& what) {
  ManifestLeftOut& note = note_of(manifest.left_out, what.module);
  note.may_cross = note.may_cross || what.may_cross;
  note.last_run = std::max(note.last_run, what.last_run);
}

/// Those of one module, by their place in the list.
using Places = std::vector<std::size_t>;

// Those for which there is no room are named in `gone`.
void make_room(Manifest& manifest, Places places, std::vector<bool>& gone) {
  const auto& all = manifest.statements;
  std::ranges::stable_sort(
      places, [&](auto a, auto b) { return worth(manifest, all[a]) > worth(manifest, all[b]); });
  std::size_t kept = 0;
  std::size_t bytes = 0;
  for (const std::size_t place : places) {
    const ManifestStatement& each = all[place];
    if (kept < kMostStatements && each.sql.size() <= kMostBytesOfStatements - bytes) {
      ++kept;
      bytes += each.sql.size();
      continue;
    }
    gone[place] = true;
    leave_out(manifest, {each.module, may_cross(manifest, each), each.last_run});
  }
}

}  // namespace

bool is_dismissed(const Manifest& manifest, const ManifestStatement& statement) {
  if (statement.dismissed_at && statement.last_run < *statement.dismissed_at) return true;
  return manifest.dismissals &&
         std::ranges::any_of(*manifest.dismissals, [&](const ManifestDismissal& each) {
           return each.module == statement.module && statement.last_run < each.before;
         });
}

void merge_statements(Manifest& manifest, const Manifest& more) {
  if (more.dismissals) {
    for (const ManifestDismissal& each : *more.dismissals) {
      ManifestDismissal& known = note_of(manifest.dismissals, each.module);
      known.before = std::max(known.before, each.before);
    }
  }
  Folded folded;
  folded.add_all(manifest.statements);
  folded.add_all(more.statements);
  manifest.statements = folded.take();
  if (more.left_out) {
    for (const ManifestLeftOut& each : *more.left_out) leave_out(manifest, each);
  }
  std::map<std::string, Places> by_module;
  for (std::size_t i = 0; i < manifest.statements.size(); ++i) {
    by_module[manifest.statements[i].module].push_back(i);
  }
  std::vector<bool> gone(manifest.statements.size());
  for (auto& [module, places] : by_module) make_room(manifest, std::move(places), gone);
  std::size_t place = 0;
  std::erase_if(manifest.statements, [&](const auto&) { return gone[place++]; });
}

}  // namespace banyan::manifest
