// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>
#include <vector>

#include "banyan/kernel/examples.hpp"
#include "pages/port.hpp"

/// An example of each operation and of each error, which /openapi.json shows.
namespace pages {

inline auto examples() {
  return std::tuple(
      banyan::example(GetPage{"desk:herons"},
                      Page{"desk:herons", 1'796'000'000, "====== Herons ======\n\nThey stand.\n"}));
}

inline std::vector<banyan::Error> example_errors() {
  using banyan::ErrorCode;
  return {
      {ErrorCode::InvalidArgument,
       "pages.bad_name",
       "\"Desk:Herons\" is no page's name: a to z, 0 to 9, and \".\", \"-\", \"_\" inside of words"
       " between \":\"",
       {{"/name", "is not as the wiki writes it"}}},
      {ErrorCode::PermissionDenied,
       "pages.not_public",
       "not everybody may read desk:prices; ask the wiki, which knows who asks",
       {}},
      {ErrorCode::NotFound, "pages.unknown_page", "there is no page desk:herons", {}},
      {ErrorCode::FailedPrecondition,
       "pages.no_text",
       "desk:herons has bytes that are no text; ask the wiki, which hands them on as they are",
       {}},
      {ErrorCode::Unavailable,
       "pages.wiki_unreadable",
       "wiki/data/pages/desk/herons.txt cannot be read: Permission denied",
       {}}};
}

}  // namespace pages
