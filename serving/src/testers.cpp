// SPDX-License-Identifier: Apache-2.0
#include "testers.hpp"

#include <algorithm>
#include <utility>

#include "banyan/http/list.hpp"
#include "banyan/security/secret_key.hpp"
#include "secret.hpp"

namespace banyan::serving {
namespace {

std::optional<Side> side_of_word(std::string_view word) {
  if (word == "new") return Side::Remote;
  if (word == "old") return Side::Local;
  return std::nullopt;
}

}  // namespace

const Wishes::Wish* Wishes::of(std::string_view rollout) const {
  const auto found = std::ranges::find(wishes, rollout, &Wish::rollout);
  return found == wishes.end() ? nullptr : &*found;
}

std::expected<Testers, std::vector<strangler::FileProblem>> Testers::make(
    const strangler::Configuration& configuration, const std::string& config_file,
    RolloutBook* book) {
  Testers all;
  std::vector<strangler::FileProblem> problems;
  for (const strangler::RolloutPlan& plan : configuration.rollouts) {
    if (!plan.testers) continue;
    const strangler::TestersPlan& testers = *plan.testers;
    Rollout& rollout = all.rollouts_.emplace_back();
    rollout.name = plan.name;
    rollout.header = testers.header;
    rollout.from_trusted_peers = testers.from_trusted_peers;
    for (const std::string& key : testers.new_side) rollout.listed[key] = Side::Remote;
    for (const std::string& key : testers.old_side) rollout.listed[key] = Side::Local;
    if (!testers.header.empty()) all.headers_.push_back(testers.header);
    if (testers.secret_file.empty()) continue;
    auto secret = read_secret(testers.secret_file,
                              "secret_file of [rollouts." + plan.name + ".testers]", config_file);
    if (secret) {
      rollout.secret = std::move(*secret);
    } else {
      problems.push_back(std::move(secret.error()));
    }
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  for (Rollout& rollout : all.rollouts_) {
    if (book != nullptr) rollout.figures = book->of(rollout.name);
  }
  return all;
}

/// "new", or "new SECRET"; nothing where there is none.
std::expected<std::optional<Side>, NotForced> Testers::word_of(const Rollout& rollout,
                                                               const Asker& asker) {
  if (rollout.header.empty()) return std::nullopt;
  const auto said = asker.fields.find(rollout.header);
  if (!said) return std::nullopt;
  const std::size_t blank = std::min(said->find(' '), said->size());
  const std::string_view proof = http::trimmed(said->substr(blank));
  // The process before may be a trusted peer, and need not have looked at what a client says here.
  const bool is_trusted =
      rollout.from_trusted_peers && !asker.decided_before && asker.trusted.contains(asker.peer);
  const bool counts =
      is_trusted || (!rollout.secret.empty() && security::same_secret(proof, rollout.secret));
  if (!counts && asker.decided_before && proof.empty()) return std::nullopt;
  if (!counts) return std::unexpected(NotForced::Proof);
  const auto side = side_of_word(said->substr(0, blank));
  if (!side || asker.fields.count(rollout.header) > 1) return std::unexpected(NotForced::Word);
  return side;
}

std::unique_ptr<const Wishes> Testers::wishes_of(const Asker& asker) const {
  Wishes found;
  for (const Rollout& rollout : rollouts_) {
    const auto word = word_of(rollout, asker);
    std::optional<Side> side = word.value_or(std::nullopt);
    // Who is listed has said nothing, and is not listed for all rollouts that share the header.
    const std::string_view header = side ? std::string_view(rollout.header) : std::string_view();
    if (!word) {
      found.not_heard = word.error();
      if (rollout.figures) count(rollout.figures->not_forced, word.error());
    }
    const auto listed = rollout.listed.find(asker.key);
    if (!side && listed != rollout.listed.end()) side = listed->second;
    if (side) found.wishes.push_back({rollout.name, header, *side});
  }
  if (found.wishes.empty() && !found.not_heard) return nullptr;
  return std::make_unique<const Wishes>(std::move(found));
}

}  // namespace banyan::serving
