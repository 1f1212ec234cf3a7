// SPDX-License-Identifier: Apache-2.0
#include "banyan/discovery/proposal.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "banyan/http/method_set.hpp"
#include "banyan/http/path_doubts.hpp"
#include "banyan/http/target_path.hpp"
#include "path_node.hpp"

namespace banyan::discovery {
namespace {

/// "api", "v1": they stand before the name of what is asked for.
bool is_before_a_name(std::string_view word) {
  if (word == "api" || word == "rest" || word == "public") return true;
  return word.size() >= 2 && word.size() <= 3 && word[0] == 'v' && word[1] >= '0' && word[1] <= '9';
}

/// As a module or rollout may be called: "order-desk".
std::string group_name(std::string_view word) {
  std::string name;
  for (const char c : word.substr(0, 40)) {
    const char lower = http::folded(c);
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    name += plain || lower == '_' || lower == '-' ? lower : '_';
  }
  if (name == "application") return "applications";  // what all routes lead to is called so
  const bool is_name = name.find_first_not_of("_-") != std::string::npos && !word.contains('.');
  return is_name ? name : "pages";
}

std::string first_word(std::string_view text) {
  std::string word;
  for (const char c : text) {
    const char lower = http::folded(c);
    if (lower < 'a' || lower > 'z' || (c != lower && !word.empty())) break;
    word += lower;
  }
  return word;
}

std::string_view last_segment(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool sounds_like_a_write(std::string_view path) {
  constexpr auto kVerbs = std::to_array<std::string_view>(
      {"activate", "add", "approve", "cancel", "clear", "confirm", "create", "delete", "logout",
       "purge", "remove", "reset", "save", "signout", "subscribe", "unsubscribe", "update"});
  return std::ranges::find(kVerbs, first_word(last_segment(path))) != kVerbs.end();
}

bool sounds_like_a_read(std::string_view path) {
  constexpr auto kVerbs = std::to_array<std::string_view>(
      {"count", "fetch", "filter", "find", "get", "list", "lookup", "preview", "query", "quote",
       "read", "search", "show", "validate"});
  return std::ranges::find(kVerbs, first_word(last_segment(path))) != kVerbs.end();
}

/// Below one parent, with those that are folded already.
std::uint64_t different_words(const PathNode& node) {
  if (node.folded_words == nullptr) return node.words.size();
  FineDistinctCount all = *node.folded_words;
  for (const auto& [word, below] : node.words) all.add(word);
  return all.about();
}

class Proposer {
 public:
  explicit Proposer(const ProposalOptions& options) : options_(options) {}

  Proposal make(TrafficTree& tree) {
    PathNode& root = tree.root();
    proposal_.all = tree.all();
    for (const auto& [why, requests] : tree.passed_over()) leave_out(why, requests, 0);
    fold(root, true);
    walk(root, "", "");
    doubt_what_makes_no_table();
    for (auto& [name, group] : groups_) {
      if (group.routes.empty()) continue;
      group.name = name;
      std::ranges::sort(group.routes, {},
                        [](const Route& route) { return std::pair(route.path, route.method); });
      proposal_.groups.push_back(std::move(group));
    }
    for (auto& [why, left] : left_out_) proposal_.left_out.push_back(std::move(left));
    return std::move(proposal_);
  }

 private:
  void leave_out(const std::string& why, std::uint64_t requests, std::uint64_t operations) {
    LeftOut& left = left_out_[why];
    left.why = why;
    left.requests += requests;
    left.operations += operations;
  }

  /// Too many different words below one parent are values; where modules are told apart there may
  /// be more of them.
  void fold(PathNode& node, bool names_here) {
    constexpr std::size_t kMoreNames = 3;
    const std::size_t most = names_here ? options_.words * kMoreNames : options_.words;
    if (different_words(node) > most) {
      fold_words(node, [&](const PathNode& word) {
        return !is_seen_often(word.requests, node.requests) || is_of_few_people(word);
      });
    }
    for (auto& [word, below] : node.words) fold(*below, names_here && is_before_a_name(word));
    if (node.parameter != nullptr) fold(*node.parameter, false);
  }

  /// Among values, what hardly anybody asks is one of a person, however often.
  bool is_of_few_people(const PathNode& word) const {
    constexpr std::uint64_t kFew = 3;
    constexpr std::uint64_t kMany = 20;
    if (proposal_.all.clients.about() < kMany) return false;
    Evidence evidence;
    sum(word, evidence);
    return evidence.clients.about() < kFew;
  }

  std::string parameter_below(const PathNode& node, std::string_view path) const {
    std::string name = node.parameter_name;
    if (name.empty()) {
      const std::uint64_t through = node.parameter->requests;
      const bool dates = node.dates > 0 && node.dates * 2 > through;
      name = dates ? "date" : node.ids * 2 >= through && node.ids > 0 ? "id" : "name";
    }
    const std::string plain = name;
    for (int number = 2; path.contains('{' + name + '}'); ++number) {
      name = plain + std::to_string(number);
    }
    return '{' + name + '}';
  }

  void walk(PathNode& node, const std::string& path, const std::string& group) {
    if (!path.empty() && are_files(node)) return take_files(node, path, group);
    for (auto& [method, use] : node.uses) take(method, use, path, group);
    for (auto& [word, below] : node.words) {
      std::string name = group;
      if (group.empty() && !is_before_a_name(word)) name = group_name(word);
      walk(*below, path + '/' + word, name);
    }
    if (node.parameter == nullptr) return;
    const std::string parameter = parameter_below(node, path);
    if (node.folded_words != nullptr) {
      words_of_[path + '/' + parameter] = node.folded_words->about();
    }
    walk(*node.parameter, path + '/' + parameter, group.empty() ? "pages" : group);
  }

  /// Only read, and nearly all of it what browsers fetch beside pages, and more than a few.
  static bool are_files(const PathNode& node) {
    constexpr std::uint64_t kFew = 5;
    if (node.described || node.requests == 0 || node.for_files * 10 < node.requests * 9)
      return false;
    std::size_t below = node.parameter != nullptr && !node.parameter->uses.empty() ? kFew : 0;
    for (const auto& [word, file] : node.words) below += file->uses.empty() ? 0 : 1;
    return below >= kFew && is_only_read(node);
  }

  static bool is_only_read(const PathNode& node) {
    const bool reads = std::ranges::all_of(
        node.uses, [](const auto& use) { return use.first == "GET" && !use.second.described; });
    return reads &&
           std::ranges::all_of(node.words,
                               [](const auto& word) { return is_only_read(*word.second); }) &&
           (node.parameter == nullptr || is_only_read(*node.parameter));
  }

  static void sum(const PathNode& node, Evidence& evidence) {
    for (const auto& [method, use] : node.uses) evidence.add(use.evidence);
    for (const auto& [word, below] : node.words) sum(*below, evidence);
    if (node.parameter != nullptr) sum(*node.parameter, evidence);
  }

  void take_files(const PathNode& node, const std::string& path, const std::string& group) {
    Route route;
    route.method = "GET";
    route.path = path;
    route.prefix = true;
    sum(node, route.evidence);
    route.notes.emplace_back("files that pages fetch: one route for all below it");
    add(std::move(route), group);
  }

  void take(const std::string& method, PathUse& use, const std::string& path,
            const std::string& group) {
    Route route;
    route.method = method;
    route.path = path.empty() ? "/" : path;
    route.effect = http::is_safe_method(method) ? Effect::Read : Effect::Write;
    route.evidence = use.evidence;
    route.comment = use.comment;
    const Evidence& seen = route.evidence;
    if (!use.described) {
      const std::uint64_t nothing_there = seen.answered(404, 405) + seen.answered(400, 400) +
                                          seen.answered(410, 410) + seen.answered(414, 414) +
                                          seen.answered(501, 501);
      if (nothing_there == seen.requests) {
        return leave_out("nothing is there: every answer was 400, 404, 405, 410, 414 or 501",
                         seen.requests, 1);
      }
      if (seen.requests < options_.least) {
        return leave_out(
            "seldom: asked fewer than " + std::to_string(options_.least) + " times (--least)",
            seen.requests, 1);
      }
    }
    note(route, use);
    add(std::move(route), group);
  }

  void note(Route& route, const PathUse& use) const {
    const Evidence& seen = route.evidence;
    if (use.described && seen.requests == 0) {
      route.notes.emplace_back("described, and nobody has asked it in these logs");
    }
    if (route.effect == Effect::Read) {
      if (sounds_like_a_write(route.path)) {
        route.doubt =
            "a GET that by its name changes something: declare effect = \"write\" if it "
            "does, or leave it to the catch-all";
      } else if (const std::uint64_t made = seen.answered(201, 202) + seen.answered(204, 205);
                 made > 0) {
        route.doubt = "a GET that answered 201, 202, 204 or 205 " + std::to_string(made) +
                      " times, as writes do: declare effect = \"write\" if it changes something";
      }
    } else if (sounds_like_a_read(route.path)) {
      route.notes.emplace_back(
          "if it changes nothing, effect = \"read\" lets it move by percentage");
    }
    for (const auto& [path, words] : words_of_) {
      if (route.path != path && !route.path.starts_with(path + '/')) continue;
      const std::string parameter(last_segment(path));
      route.notes.push_back(parameter + " stands for about " + std::to_string(words) +
                            " words that were each seen seldom (--words)");
    }
  }

  void add(Route route, const std::string& group) {
    Group& to = groups_[group.empty() ? "pages" : group];
    to.requests += route.evidence.requests;
    to.routes.push_back(std::move(route));
  }

  static http::PathEntry entry_of(const Route& route) {
    http::PathEntry entry;
    entry.name = route.method + ' ' + route.path;
    entry.methods.add(route.method);
    entry.kind = route.prefix ? http::PathKind::Prefix : http::PathKind::Template;
    entry.path = route.path;
    return entry;
  }

  void doubt_what_makes_no_table() {
    std::vector<http::PathEntry> entries;
    std::vector<Route*> asked;
    for (auto& [name, group] : groups_) {
      for (Route& route : group.routes) {
        if (!route.doubt.empty()) continue;
        entries.push_back(entry_of(route));
        asked.push_back(&route);
      }
    }
    const std::vector<std::string> doubts = http::doubts_of(entries);
    for (std::size_t i = 0; i < asked.size(); ++i) asked[i]->doubt = doubts[i];
  }

  ProposalOptions options_;
  Proposal proposal_;
  std::map<std::string, Group> groups_;
  std::map<std::string, LeftOut> left_out_;
  std::map<std::string, std::uint64_t> words_of_;  ///< of a folded parameter, by its path
};

}  // namespace

Proposal propose(TrafficTree tree, const ProposalOptions& options) {
  return Proposer(options).make(tree);
}

}  // namespace banyan::discovery
