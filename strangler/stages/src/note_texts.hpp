// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/stages/control_store.hpp"

/// What lines of the switch log that are no revisions say before and after.
namespace banyan::strangler {

/// {"state":"running","step":2,"of":5,"arrived":true,"version":7,"document":"…"}: the step counts
/// from 1, `document` is the hash of all that the plan says. Without one: {"state":"none", …}.
std::string plan_text_of(const StoredPlan& plan);

/// What such a text says of the document, as far as two have to agree; nothing of what is none.
struct PlanMark {
  std::uint64_t version = 0;
  std::string document;  ///< its hash
  friend bool operator==(const PlanMark&, const PlanMark&) = default;
};
std::optional<PlanMark> plan_mark_from(std::string_view text);

/// {"table":"…"} and {"table":"…","added":[…],"removed":[…],"changed":[…]}, with the names of
/// parts.
struct TableTexts {
  std::string before;
  std::string after;
};
/// Both are sorted by name.
TableTexts texts_of(const std::vector<TablePart>& before, const std::vector<TablePart>& after);
/// The hash in such a text; "" when there is none.
std::string table_hash_in(std::string_view text);

/// Traffic as a line of the log has it, with the hash of the last note before it; of kNoHash, which
/// is no note, as it is.
std::string with_noted(std::string traffic, std::string_view hash);
/// That hash; "" when the line names none.
std::string noted_in(std::string_view traffic);

}  // namespace banyan::strangler
