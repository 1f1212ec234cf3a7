// SPDX-License-Identifier: Apache-2.0
#include "banyan/shadowing/findings.hpp"

#include <utility>

#include "content_coding.hpp"

namespace banyan::strangler {
namespace {

/// How much longer than what came an answer may be without its coding: beyond it is a bomb.
constexpr std::size_t kMostDecoded = std::size_t{8} * 1024 * 1024;

/// A shorter one may be any word of the answer.
constexpr std::size_t kShortestSecret = 8;

/// The bodies as they were meant: the same bytes under the same coding need no undoing.
bool decode(AnsweredPair& pair) {
  const auto coding = [](const http::Response& answer) {
    return answer.head.fields.find("Content-Encoding").value_or(std::string_view());
  };
  if (coding(pair.old_answer) == coding(pair.other_answer) &&
      pair.old_answer.body == pair.other_answer.body) {
    return true;
  }
  for (http::Response* answer : {&pair.old_answer, &pair.other_answer}) {
    if (answer->body.empty() || !is_coded(answer->head)) continue;
    auto plain = decoded(answer->head, answer->body, kMostDecoded);
    if (!plain) return false;
    answer->body = std::move(*plain);
  }
  return true;
}

void take_out(std::span<const std::string> secrets, std::string& body) {
  for (const std::string& secret : secrets) {
    if (secret.size() < kShortestSecret) continue;
    std::size_t at = 0;
    while ((at = body.find(secret, at)) != std::string::npos) {
      body.replace(at, secret.size(), "…");
    }
  }
}

}  // namespace

Findings::Findings(ComparisonPlan plan, bool clear)
    : plan_(std::move(plan)), clear_(clear), collector_({.clear = clear}, plan_) {}

std::expected<Comparison, CopyDropped> Findings::compare_only(AnsweredPair& pair, Timestamp now) {
  if (!decode(pair)) return std::unexpected(CopyDropped::Coding);
  take_out(pair.told_old, pair.old_answer.body);
  take_out(pair.told_other, pair.other_answer.body);
  // What the old side calls something is the same whoever asks it again.
  const AliasMap known = pair.pair == PairOf::OldNew ? aliases_.of(pair.session) : AliasMap();
  return compare({pair.old_answer.head, pair.old_answer.body},
                 {pair.other_answer.head, pair.other_answer.body}, *pair.rules, known, now);
}

std::expected<PairFound, CopyDropped> Findings::add(AnsweredPair& pair, Timestamp now) {
  const auto found = compare_only(pair, now);
  if (!found) return std::unexpected(found.error());
  if (pair.pair == PairOf::OldNew && !found->aliases.empty()) {
    aliases_.learn(pair.session, found->aliases);
  }
  const ComparedRequest request{pair.request->head, pair.request->body, pair.correlation_id,
                                pair.route, pair.by_tls};
  return collector_.add(pair.operation, pair.pair, *found, request,
                        {pair.old_answer.head, pair.old_answer.body},
                        {pair.other_answer.head, pair.other_answer.body}, *pair.rules, now);
}

}  // namespace banyan::strangler
