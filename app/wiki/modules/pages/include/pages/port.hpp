// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

#include "banyan/kernel/port.hpp"

/// The pages of a wiki that everybody may read, as their authors wrote them.
namespace pages {

struct Page {
  std::string name;           ///< "desk:prices"
  std::int64_t revision = 0;  ///< when it was saved, in seconds since 1970: so the wiki names it
  std::string source;         ///< UTF-8, lines end with \n
  friend bool operator==(const Page&, const Page&) = default;
};
BOOST_DESCRIBE_STRUCT(Page, (), (name, revision, source))

struct GetPage {
  std::string name;

  using Response = Page;
  static constexpr banyan::Operation operation{
      .name = "get_page",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("pages.bad_name", "pages.not_public", "pages.unknown_page",
                               "pages.no_text", "pages.wiki_unreadable"),
      .summary = "The source of a page, as it was saved last.",
      .precondition = "the page exists, and everybody may read it"};
};
BOOST_DESCRIBE_STRUCT(GetPage, (), (name))

struct Pages : banyan::Port<GetPage> {
  static constexpr banyan::PortInfo port{
      .name = "pages", .version = {1, 0}, .summary = "The sources of a wiki's pages"};
};

}  // namespace pages
