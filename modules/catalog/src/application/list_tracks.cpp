// SPDX-License-Identifier: Apache-2.0
#include "application/page.hpp"
#include "application/use_cases.hpp"

namespace catalog {

banyan::Result<TrackPage> list_tracks(CatalogStore& store, const ListTracks& request,
                                      const banyan::Context& context) {
  auto page = banyan::page_request("catalog", "tracks", kPage, request.cursor, request.limit);
  if (!page) return banyan::fail(page.error());
  TrackPage answer;
  answer.tracks = store.read(context, [&](CatalogReading& catalog) {
    return catalog.tracks(request.album, page->after, page->limit + 1);
  });
  answer.next_cursor = cut_to_page("tracks", *page, answer.tracks);
  return answer;
}

}  // namespace catalog
