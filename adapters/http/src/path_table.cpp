// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/path_table.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "path_pattern.hpp"
#include "path_readings.hpp"

namespace banyan::http {
namespace {

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = folded(c);
  return lower;
}

}  // namespace

// A tree with one level for each segment. The entries that end at a node and those that cover all
// that is below it stand there by number.
struct PathTable::Compiled {
  using Children = std::vector<std::pair<std::string, std::size_t>>;
  struct Node {
    Children literals;          // sorted by text
    Children folded_literals;   // the same in lower case, where that is to be looked at
    std::size_t parameter = 0;  // 0: none, for 0 is the root
    std::vector<std::size_t> ending;
    std::vector<std::size_t> covering;

    std::vector<std::size_t>& entries_of(PathKind kind) {
      return kind == PathKind::Prefix ? covering : ending;
    }
  };

  // What is looked for, and how.
  struct Search {
    const TargetPath& path;
    std::string_view method;
    bool loosely;  // as if all entries ignored case and the last slash
    PathMatch& match;
  };
  // In what the path differs from the pattern on the way to a node.
  struct Difference {
    bool of_case = false;
    bool of_last_slash = false;
  };

  std::vector<PathEntry> entries;
  std::vector<MethodSet> answers;  // of each entry, with the HEAD that its GET stands for
  std::vector<Node> nodes{1};
  bool folds = false;    // some entry may be meant by another case
  bool watches = false;  // some entry is watched

  std::size_t child(std::size_t node, const PathPattern::Segment& segment);
  static const std::size_t* literal(const Node& node, std::string_view raw);
  bool search(std::size_t node, std::size_t depth, Difference difference, const Search& it) const;
  bool search_folded(const Node& node, std::size_t depth, Difference difference,
                     const std::size_t* exact, const Search& it) const;
  bool take(const std::vector<std::size_t>& candidates, Difference difference,
            const Search& it) const;
  std::size_t look_up(std::string_view method, const std::string& path, bool loosely) const;
  bool passes(std::string_view method, std::string_view target, const PathMatch& match) const;
  std::size_t missed(std::string_view method, std::string_view target,
                     const TargetPath& path) const;
  std::vector<PathProblem> add(std::size_t number);
  void finish();
  void list(std::size_t node, std::vector<std::size_t>& all) const;
};

std::size_t PathTable::Compiled::child(std::size_t node, const PathPattern::Segment& segment) {
  const std::size_t fresh = nodes.size();
  if (segment.parameter) {
    if (nodes[node].parameter != 0) return nodes[node].parameter;
    nodes[node].parameter = fresh;
  } else {
    auto& literals = nodes[node].literals;
    const auto at =
        std::ranges::lower_bound(literals, segment.text, {}, &Children::value_type::first);
    if (at != literals.end() && at->first == segment.text) return at->second;
    literals.insert(at, {segment.text, fresh});
  }
  nodes.emplace_back();
  return fresh;
}

const std::size_t* PathTable::Compiled::literal(const Node& node, std::string_view raw) {
  std::size_t low = 0, high = node.literals.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const int order = compare_segment(raw, node.literals[middle].first);
    if (order == 0) return &node.literals[middle].second;
    (order < 0 ? high : low) = order < 0 ? middle : middle + 1;
  }
  return nullptr;
}

bool PathTable::Compiled::take(const std::vector<std::size_t>& candidates, Difference difference,
                               const Search& it) const {
  for (const std::size_t candidate : candidates) {
    const PathEntry& entry = entries[candidate];
    const bool meant = it.loosely || ((!difference.of_case || entry.ignore_case) &&
                                      (!difference.of_last_slash || entry.ignore_last_slash));
    if (!meant) continue;
    if (answers[candidate].contains(it.method)) {
      it.match.entry = candidate;
      return true;
    }
    it.match.allowed |= answers[candidate];
  }
  return false;
}

// Visits a node at most once, since the way to it is the path itself.
bool PathTable::Compiled::search(std::size_t number, std::size_t depth, Difference difference,
                                 const Search& it) const {
  constexpr Difference kSlash{.of_last_slash = true};
  const auto and_slash = [&] { return Difference{difference.of_case, kSlash.of_last_slash}; };
  const Node& node = nodes[number];
  if (depth == it.path.size()) {
    if (take(node.ending, difference, it)) return true;
    // What is written with a slash at its end, and asked for without.
    const std::size_t* const slash = literal(node, "");
    if (slash != nullptr && take(nodes[*slash].ending, and_slash(), it)) return true;
  } else if (depth < TargetPath::kMaxSegments) {
    const std::string_view segment = it.path.segment(depth);
    const std::size_t* const next = literal(node, segment);
    if (next != nullptr && search(*next, depth + 1, difference, it)) return true;
    if (!node.folded_literals.empty() && search_folded(node, depth, difference, next, it)) {
      return true;
    }
    if (node.parameter != 0 && !segment.empty()) {
      if (search(node.parameter, depth + 1, difference, it)) return true;
    }
    const bool last_slash = segment.empty() && depth + 1 == it.path.size() && depth > 0;
    if (last_slash && take(node.ending, and_slash(), it)) return true;
  }
  return take(node.covering, difference, it);
}

bool PathTable::Compiled::search_folded(const Node& node, std::size_t depth, Difference difference,
                                        const std::size_t* exact, const Search& it) const {
  const std::string_view segment = it.path.segment(depth);
  difference.of_case = true;
  auto at = std::ranges::partition_point(node.folded_literals, [&](const auto& each) {
    return compare_segment_ignoring_case(segment, each.first) > 0;
  });
  for (; at != node.folded_literals.end() && compare_segment_ignoring_case(segment, at->first) == 0;
       ++at) {
    const bool seen = exact != nullptr && *exact == at->second;
    if (!seen && search(at->second, depth + 1, difference, it)) return true;
  }
  return false;
}

std::size_t PathTable::Compiled::look_up(std::string_view method, const std::string& path,
                                         bool loosely) const {
  PathMatch match;
  TargetPath read;
  if (!read.read(path)) search(0, 0, {}, {read, method, loosely, match});
  return match.entry;
}

bool PathTable::Compiled::passes(std::string_view method, std::string_view target,
                                 const PathMatch& match) const {
  const auto rule =
      match.found() ? entries[match.entry].irregular_paths : IrregularPaths::RefuseAmbiguous;
  if (rule != IrregularPaths::RefuseAmbiguous) return rule == IrregularPaths::Pass;
  return holds_for_every_reading(
      target.substr(0, target.find('?')),
      [&](const std::string& reading) { return look_up(method, reading, false) == match.entry; });
}

std::size_t PathTable::Compiled::missed(std::string_view method, std::string_view target,
                                        const TargetPath& path) const {
  const auto is_watched = [&](std::size_t entry) {
    return entry != PathMatch::kNone && entries[entry].watched;
  };
  PathMatch match;
  search(0, 0, {}, {path, method, true, match});
  if (is_watched(match.entry)) return match.entry;
  if (!path.irregularity()) [[likely]]
    return PathMatch::kNone;
  std::size_t found = PathMatch::kNone;
  holds_for_every_reading(target.substr(0, target.find('?')), [&](const std::string& reading) {
    const std::size_t entry = look_up(method, reading, true);
    if (is_watched(entry)) found = entry;
    return found == PathMatch::kNone;
  });
  return found;
}

std::vector<PathProblem> PathTable::Compiled::add(std::size_t number) {
  const PathEntry& entry = entries[number];
  const auto pattern = parse_pattern(entry.kind, entry.path);
  if (!pattern) {
    return {{number, "\"" + entry.path + "\" is no path of a route: " + pattern.error()}};
  }
  std::size_t node = 0;
  for (const auto& segment : pattern->segments) node = child(node, segment);
  auto& there = nodes[node].entries_of(entry.kind);
  std::vector<PathProblem> problems;
  for (const std::size_t earlier : there) {
    const PathEntry& other = entries[earlier];
    const bool told_apart = entry.methods.is_any() != other.methods.is_any();
    if (told_apart || !other.methods.intersects(entry.methods)) continue;
    MethodSet both = entry.methods;
    both.remove(MethodSet(entry.methods).remove(other.methods));
    problems.push_back({number, "\"" + entry.name + "\" and \"" + other.name + "\" both match " +
                                    both.to_string() + ' ' + entry.path +
                                    (entry.kind == PathKind::Prefix ? " and below" : "") +
                                    "; give them different methods or paths"});
    break;
  }
  there.push_back(number);
  return problems;
}

void PathTable::Compiled::finish() {
  MethodSet head;
  head.add("HEAD");
  for (Node& node : nodes) {
    for (auto* const together : {&node.ending, &node.covering}) {
      // Those that take all methods come last.
      const auto others = std::ranges::stable_partition(
          *together, [&](std::size_t entry) { return !entries[entry].methods.is_any(); });
      const bool claimed = std::any_of(together->begin(), others.begin(), [&](std::size_t entry) {
        return entries[entry].methods.contains("HEAD");
      });
      for (const std::size_t entry : *together) {
        if (!claimed && answers[entry].contains("GET")) answers[entry] |= head;
      }
    }
    if (!folds && !watches) continue;
    for (const auto& [text, next] : node.literals) {
      node.folded_literals.emplace_back(in_lower_case(text), next);
    }
    std::ranges::sort(node.folded_literals);
  }
}

// In the order in which search() looks.
void PathTable::Compiled::list(std::size_t number, std::vector<std::size_t>& all) const {
  const Node& node = nodes[number];
  all.insert(all.end(), node.ending.begin(), node.ending.end());
  for (const auto& [text, next] : node.literals) list(next, all);
  if (node.parameter != 0) list(node.parameter, all);
  all.insert(all.end(), node.covering.begin(), node.covering.end());
}

std::expected<PathTable, std::vector<PathProblem>> PathTable::build(
    std::vector<PathEntry> entries) {
  std::vector<PathProblem> problems;
  auto compiled = std::make_unique<Compiled>();
  compiled->entries = std::move(entries);
  std::map<std::string_view, std::size_t> names;
  for (std::size_t i = 0; i < compiled->entries.size(); ++i) {
    const PathEntry& entry = compiled->entries[i];
    compiled->answers.push_back(entry.methods);
    compiled->folds = compiled->folds || entry.ignore_case;
    compiled->watches = compiled->watches || entry.watched;
    if (!names.emplace(entry.name, i).second) {
      problems.push_back({i, "there are two routes \"" + entry.name + "\"; a name names one"});
    }
    if (entry.methods.empty()) {
      problems.push_back({i, "the route \"" + entry.name + "\" has no method"});
    }
    std::ranges::move(compiled->add(i), std::back_inserter(problems));
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  compiled->finish();
  return PathTable(std::move(compiled));
}

PathTable::PathTable(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
PathTable::~PathTable() = default;
PathTable::PathTable(PathTable&&) noexcept = default;
PathTable& PathTable::operator=(PathTable&&) noexcept = default;

PathMatch PathTable::match(std::string_view method, std::string_view target) const {
  PathMatch match;
  TargetPath path;
  match.fault = path.read(target);
  if (match.fault) return match;
  if (compiled_->search(0, 0, {}, {path, method, false, match})) {
    match.allowed = MethodSet::none();
  }
  if (path.irregularity() && !compiled_->passes(method, target, match)) [[unlikely]] {
    return {.fault = path.irregularity()};
  }
  if (compiled_->watches && (!match.found() || !compiled_->entries[match.entry].watched)) {
    match.beside = compiled_->missed(method, target, path);
  }
  return match;
}

const std::vector<PathEntry>& PathTable::entries() const { return compiled_->entries; }

std::vector<std::size_t> PathTable::by_precedence() const {
  std::vector<std::size_t> all;
  compiled_->list(0, all);
  return all;
}

}  // namespace banyan::http
