// SPDX-License-Identifier: Apache-2.0
#include "application/page.hpp"
#include "application/use_cases.hpp"

namespace catalog {

banyan::Result<AlbumPage> list_albums(CatalogStore& store, const ListAlbums& request,
                                      const banyan::Context& context) {
  auto page = banyan::page_request("catalog", "albums", kPage, request.cursor, request.limit);
  if (!page) return banyan::fail(page.error());
  AlbumPage answer;
  answer.albums = store.read(context, [&](CatalogReading& catalog) {
    return catalog.albums(request.artist, page->after, page->limit + 1);
  });
  answer.next_cursor = cut_to_page("albums", *page, answer.albums);
  return answer;
}

}  // namespace catalog
