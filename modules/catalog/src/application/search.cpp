// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "application/use_cases.hpp"
#include "domain/search_words.hpp"

namespace catalog {
namespace {

constexpr std::string_view kList = "search";
constexpr std::size_t kMostWords = 12;

// Hits have no order that outlives a change of the catalogue, so the place is a count. It came from
// a cursor, which anybody may have made.
std::optional<std::int64_t> skipped(const std::string& position) {
  if (position.empty()) return 0;
  std::int64_t count = 0;
  const char* const end = position.data() + position.size();
  const auto read = std::from_chars(position.data(), end, count);
  if (read.ec != std::errc{} || read.ptr != end || count < 0) return std::nullopt;
  return count;
}

}  // namespace

banyan::Result<SearchPage> search(CatalogStore& store, const Search& request,
                                  const banyan::Context& context) {
  auto page = banyan::page_request("catalog", kList, kSearchPage, request.cursor, request.limit);
  if (!page) return banyan::fail(page.error());
  const std::optional<std::int64_t> skip = skipped(page->after);
  if (!skip) {
    return banyan::fail(banyan::ErrorCode::InvalidArgument, "catalog.bad_cursor",
                        "the cursor is none of this list; leave it out to begin anew",
                        {{"/cursor", "not a cursor of this list"}});
  }
  std::vector<std::string> words = search_words(request.text);
  SearchPage answer;
  if (words.empty()) return answer;
  if (words.size() > kMostWords) words.resize(kMostWords);
  answer.hits = store.read(context, [&](CatalogReading& catalog) {
    return catalog.search(words, *skip, page->limit + 1);
  });
  if (std::cmp_greater(answer.hits.size(), page->limit)) {
    answer.hits.pop_back();
    answer.next_cursor = banyan::make_cursor(kList, std::to_string(*skip + page->limit));
  }
  return answer;
}

}  // namespace catalog
