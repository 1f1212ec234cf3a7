// SPDX-License-Identifier: Apache-2.0
#include "banyan/discovery/traffic_tree.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "banyan/http/method_set.hpp"
#include "banyan/http/target_path.hpp"
#include "path_node.hpp"
#include "segment_shape.hpp"

namespace banyan::discovery {

void Evidence::add(unsigned status, std::optional<Timestamp> time, std::string_view client) {
  ++requests;
  ++statuses[status];
  if (!client.empty()) clients.add(client);
  if (!time) return;
  first = first ? std::min(*first, *time) : *time;
  last = last ? std::max(*last, *time) : *time;
}

void Evidence::add(const Evidence& other) {
  requests += other.requests;
  for (const auto& [status, count] : other.statuses) statuses[status] += count;
  clients.add(other.clients);
  if (other.first) first = first ? std::min(*first, *other.first) : *other.first;
  if (other.last) last = last ? std::max(*last, *other.last) : *other.last;
}

std::uint64_t Evidence::answered(unsigned least, unsigned most) const {
  std::uint64_t sum = 0;
  for (const auto& [status, count] : statuses) {
    if (status >= least && status <= most) sum += count;
  }
  return sum;
}

std::size_t merge(PathNode& into, PathNode& from) {
  std::size_t gone = 0;
  into.requests += from.requests;
  into.recent += from.recent;
  into.for_files += from.for_files;
  into.ids += from.ids;
  into.dates += from.dates;
  if (into.folded_words == nullptr) {
    into.folded_words = std::move(from.folded_words);
  } else if (from.folded_words != nullptr) {
    into.folded_words->add(*from.folded_words);
  }
  into.described = into.described || from.described;
  if (into.parameter_name.empty()) into.parameter_name = from.parameter_name;
  for (auto& [method, use] : from.uses) {
    PathUse& mine = into.uses[method];
    mine.evidence.add(use.evidence);
    mine.described = mine.described || use.described;
    if (mine.comment.empty()) mine.comment = std::move(use.comment);
  }
  for (auto& [word, node] : from.words) {
    auto& mine = into.words[word];
    if (mine == nullptr) {
      mine = std::move(node);
    } else {
      gone += 1 + merge(*mine, *node);
    }
  }
  if (from.parameter == nullptr) return gone;
  if (into.parameter == nullptr) {
    into.parameter = std::move(from.parameter);
  } else {
    gone += 1 + merge(*into.parameter, *from.parameter);
  }
  return gone;
}

struct TrafficTree::State {
  explicit State(const Limits& given) : limits(given) {}

  void pass_over(std::string_view reason) {
    const auto found = passed_over.find(reason);
    if (found != passed_over.end()) {
      ++found->second;
    } else {
      passed_over.emplace(reason, 1);
    }
  }

  /// Null: there is no room.
  PathNode* make(std::unique_ptr<PathNode>& place) {
    if (place == nullptr) {
      if (nodes >= limits.nodes) return nullptr;
      place = std::make_unique<PathNode>();
      ++nodes;
    }
    return place.get();
  }

  PathNode* word_below(PathNode& node, const std::string& word) {
    if (const auto found = node.words.find(word); found != node.words.end()) {
      return found->second.get();
    }
    if (node.words.size() >= limits.words_below_one) make_room(node);
    if (nodes >= limits.nodes) return nullptr;
    return make(node.words[word]);
  }

  /// The rare words below a node become its parameter, and all are counted anew.
  void make_room(PathNode& node) {
    nodes -= fold_words(node, [&](const PathNode& word) {
      return !is_seen_often(word.recent, node.recent) &&
             !is_seen_often(word.requests, node.requests);
    });
    node.recent = 0;
    for (auto& [word, below] : node.words) below->recent = 0;
    if (node.parameter != nullptr) shrink(*node.parameter);
  }

  /// What was merged may have more words below it than one parent has.
  void shrink(PathNode& node) {
    if (node.words.size() >= limits.words_below_one) {
      make_room(node);
    } else if (node.parameter != nullptr) {
      shrink(*node.parameter);
    }
    for (auto& [word, below] : node.words) shrink(*below);
  }

  PathNode* below(PathNode& node, const Segment& segment) {
    if (segment.shape == SegmentShape::Word) return word_below(node, segment.text);
    PathNode* const parameter = make(node.parameter);
    if (parameter == nullptr) return nullptr;
    if (segment.shape == SegmentShape::Id) ++node.ids;
    if (segment.shape == SegmentShape::Date) ++node.dates;
    return parameter;
  }

  const Limits limits;
  PathNode root;
  Evidence all;
  std::map<std::string, std::uint64_t, std::less<>> passed_over;
  std::size_t nodes = 1;
};

TrafficTree::TrafficTree(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
TrafficTree::~TrafficTree() = default;
TrafficTree::TrafficTree(TrafficTree&&) noexcept = default;
TrafficTree& TrafficTree::operator=(TrafficTree&&) noexcept = default;

void TrafficTree::add(const LogLine& line) {
  State& all = *state_;
  all.all.add(line.status, line.time, line.client);
  if (line.target == "*" || line.method == "OPTIONS") {
    return all.pass_over("OPTIONS, which browsers ask before a request of another site");
  }
  if (line.method == "CONNECT" || line.method == "TRACE" || !http::MethodSet().add(line.method)) {
    return all.pass_over("a method that no route should name");
  }
  if (line.target.size() > all.limits.longest_target) {
    return all.pass_over("a target of more than 8 KiB");
  }
  http::TargetPath path;
  if (path.read(line.target)) return all.pass_over("a target that no proxy passes on");
  if (path.irregularity()) {
    return all.pass_over("a path that servers read in different ways (//, /../, bad escapes)");
  }
  if (path.size() > 16) return all.pass_over("a path of more than 16 segments");
  if (path.segment(0) == "_banyan") return all.pass_over("pages of Banyan's operators");

  std::vector<PathNode*> way{&all.root};
  bool is_file = false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const Segment segment = read_segment(path.segment(i));
    is_file = segment.is_file;
    PathNode* const next = all.below(*way.back(), segment);
    if (next == nullptr) return all.pass_over("paths for which there was no room any more");
    way.push_back(next);
  }
  for (PathNode* node : way) {
    ++node->requests;
    ++node->recent;
    if (is_file) ++node->for_files;
  }
  // A route for GET takes HEAD, too.
  const std::string method = line.method == "HEAD" ? "GET" : line.method;
  way.back()->uses[method].evidence.add(line.status, line.time, line.client);
}

bool TrafficTree::expect(std::string_view method, std::string_view path, std::string_view comment) {
  State& all = *state_;
  if (!path.starts_with('/') || path.find_first_of("?#;%*\\") != std::string_view::npos ||
      method == "TRACE" || method == "OPTIONS" || !http::MethodSet().add(method)) {
    return false;
  }
  std::vector<std::string> segments;
  for (std::string_view rest = path.substr(1);; rest.remove_prefix(segments.back().size() + 1)) {
    segments.emplace_back(rest.substr(0, rest.find('/')));
    const std::string& text = segments.back();
    const bool parameter = text.size() > 2 && text.starts_with('{') && text.ends_with('}');
    const std::size_t brace = parameter ? 1 : 0;
    const std::string_view inner = std::string_view(text).substr(brace, text.size() - 2 * brace);
    if (inner.find_first_of("{}") != std::string_view::npos) return false;
    if (rest.find('/') == std::string_view::npos) break;
  }
  PathNode* node = &all.root;
  for (const std::string& text : segments) {
    PathNode* next = nullptr;
    if (text.starts_with('{')) {
      next = all.make(node->parameter);
      const std::string name = text.substr(1, text.size() - 2);
      const bool plain = std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
      });
      if (plain && node->parameter_name.empty()) node->parameter_name = name;
    } else {
      next = all.word_below(*node, text);
    }
    if (next == nullptr) return false;
    next->described = true;
    node = next;
  }
  PathUse& use = node->uses[method == "HEAD" ? "GET" : std::string(method)];
  use.described = true;
  use.comment = comment;
  return true;
}

const std::map<std::string, std::uint64_t, std::less<>>& TrafficTree::passed_over() const {
  return state_->passed_over;
}
const Evidence& TrafficTree::all() const { return state_->all; }
std::size_t TrafficTree::nodes() const { return state_->nodes; }
PathNode& TrafficTree::root() { return state_->root; }

}  // namespace banyan::discovery
