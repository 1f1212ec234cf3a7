// SPDX-License-Identifier: Apache-2.0
#include "application/unknown_track.hpp"
#include "application/use_cases.hpp"
#include "domain/pricing.hpp"

namespace catalog {

banyan::Result<Track> change_price(CatalogStore& store, const ChangePrice& request,
                                   const banyan::Context& context) {
  return store.write(context, [&](CatalogWriting& catalog) -> banyan::Result<Track> {
    std::optional<Track> track = catalog.track(request.id);
    if (!track) return unknown_track(request.id);
    banyan::Result<banyan::Money> price = new_price(track->price, request.price);
    if (!price) return banyan::fail(price.error());
    catalog.set_price(track->id, *price);
    track->price = *std::move(price);
    return *std::move(track);
  });
}

}  // namespace catalog
