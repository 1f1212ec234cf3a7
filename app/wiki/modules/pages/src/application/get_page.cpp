// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "application/use_cases.hpp"
#include "domain/everybody.hpp"
#include "domain/page_name.hpp"
#include "domain/source_text.hpp"

namespace pages {

using banyan::ErrorCode;
using banyan::fail;

// Who may read it comes first: whoever may not learns nothing, not even whether there is a page.
banyan::Result<Page> get_page(const Needs& needs, const GetPage& request) {
  const auto name = PageName::parse(request.name);
  if (!name) {
    return fail(ErrorCode::InvalidArgument, "pages.bad_name",
                '"' + request.name +
                    "\" is no page's name: a to z, 0 to 9, and \".\", \"-\", \"_\" inside of words"
                    " between \":\"",
                {{"/name", "is not as the wiki writes it"}});
  }
  const auto rules = needs.wiki.access_rules();
  if (!rules) return fail(rules.error());
  if (!everybody_may_read(*name, *rules)) {
    return fail(ErrorCode::PermissionDenied, "pages.not_public",
                "not everybody may read " + name->str() + "; ask the wiki, which knows who asks");
  }
  auto stored = needs.wiki.find(name->str());
  if (!stored) return fail(stored.error());
  if (!*stored) {
    return fail(ErrorCode::NotFound, "pages.unknown_page", "there is no page " + name->str());
  }
  auto source = source_text(std::move((*stored)->bytes));
  if (!source) {
    return fail(
        ErrorCode::FailedPrecondition, "pages.no_text",
        name->str() + " has bytes that are no text; ask the wiki, which hands them on as they are");
  }
  return Page{name->str(), (*stored)->saved_at, *std::move(source)};
}

}  // namespace pages
