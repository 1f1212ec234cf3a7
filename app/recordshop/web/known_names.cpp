// SPDX-License-Identifier: Apache-2.0
#include "web/known_names.hpp"

#include <string>

#include "web/words.hpp"

namespace recordshop::web {

Html name_text(const orders::KnownName& name) {
  switch (name.state) {
    case orders::NameState::Known: return name.name;
    case orders::NameState::NotYet:
      return tag("span", {{"class", "id"}}, name.id) +
             tag("span", {{"class", "note"}}, " (the name is not known here yet)");
    case orders::NameState::Gone:
      return tag("span", {{"class", "id"}}, name.id) +
             tag("span", {{"class", "note"}}, " (has left the shop)");
  }
  return {};
}

Html tracks_text(const orders::OrderNames& names) {
  Html text;
  for (const orders::KnownName& track : names.tracks) {
    if (!text.empty()) text += ", ";
    text += name_text(track);
  }
  if (names.more_tracks > 0) text += " and " + std::to_string(names.more_tracks) + " more";
  return text;
}

Html names_age(const std::optional<banyan::Timestamp>& complete_until) {
  if (!complete_until) {
    return tag("p", {{"class", "note"}},
               "Names and titles are still being gathered: some may be missing or old.");
  }
  return tag("p", {{"class", "note"}}, "Names and titles as of ", time_text(*complete_until), ".");
}

}  // namespace recordshop::web
