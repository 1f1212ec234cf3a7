// SPDX-License-Identifier: Apache-2.0
#include "dokuwiki/page_source.hpp"

#include <string>
#include <utility>

#include "banyan/binding/problem.hpp"
#include "dokuwiki/page_address.hpp"

namespace wiki::dokuwiki {
namespace {

using banyan::Context;
using banyan::http::Request;
using banyan::http::Response;

Response download(pages::Page page) {
  Response response;
  auto& fields = response.head.fields;
  fields.add("Content-Type", "text/plain; charset=utf-8");
  fields.add("Content-Disposition",
             "attachment; filename=" + page.name.substr(page.name.rfind(':') + 1) + ".txt");
  fields.add("Cache-Control", "no-store, no-cache, must-revalidate");
  fields.add("Vary", "Cookie");
  fields.add("X-Robots-Tag", "noindex");
  response.body = std::move(page.source);
  return response;
}

/// The wiki shows these as pages: to PHP the text "0" is as empty as none.
bool has_no_source(const pages::Page& page) { return page.source.empty() || page.source == "0"; }

/// Of what the module refuses, what is not for the wiki to answer: nobody knows what there is.
bool is_no_answer(const banyan::Error& error) {
  return !pages::GetPage::operation.errors.contains(error.rule) ||
         error.rule == "pages.wiki_unreadable";
}

}  // namespace

banyan::serving::Endpoint page_source(pages::Pages& pages, std::shared_ptr<const WikiItself> wiki) {
  return {
      .name = "page_source",
      .path = std::string(kPageSource),
      .answer = [&pages, wiki = std::move(wiki)](const Request& request, const Context& context) {
        const auto name = page_asked_for(request.head.target);
        if (!name) return wiki->answer(request, context);
        auto page = pages.handle(pages::GetPage{*name}, context);
        if (page && !has_no_source(*page)) return download(*std::move(page));
        if (!page && is_no_answer(page.error())) {
          return banyan::binding::problem(page.error(), context.correlation_id);
        }
        return wiki->answer(request, context);
      }};
}

}  // namespace wiki::dokuwiki
