// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/http/message.hpp"
#include "web/html.hpp"
#include "web/visit.hpp"

/// What all pages have in common.
namespace recordshop::web {

struct Page {
  std::string title;    ///< "" for the start page
  Html main;            ///< begins with its h1
  std::string section;  ///< which link of the header leads here: "albums", "orders", "account"
  unsigned status = 200;
};

/// The page with header and footer, and the fields that browsers go by.
banyan::http::Response show(Visit& visit, Page page);

/// To another page, by GET.
banyan::http::Response see_other(const Visit& visit, const std::string& path);

/// A page that says no.
banyan::http::Response show_problem(Visit& visit, unsigned status, std::string_view title,
                                    std::string_view text);
banyan::http::Response show_not_found(Visit& visit);
/// The answer to a form for which Visit::is_own_form() is false.
banyan::http::Response show_foreign_form(Visit& visit);

/// In the place of a part whose module cannot be reached.
Html gap(std::string_view what);

/// A form that posts, with the token that makes it one of ours.
Html post_form(Visit& visit, std::string_view css_class, const std::string& action,
               const Html& content);
Html hidden(std::string_view name, std::string_view value);

/// A link to the next page of a list; nothing without one.
Html more_link(const std::string& href);

}  // namespace recordshop::web
