// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/resources.hpp"
#include "catalog/port.hpp"

namespace catalog {

inline constexpr auto http_resources = banyan::resources<Catalog>(
    banyan::at<ListAlbums>("GET /albums"), banyan::at<GetAlbum>("GET /albums/{id}"),
    banyan::at<ListTracks>("GET /tracks"), banyan::at<GetTrack>("GET /tracks/{id}"),
    banyan::at<GetTracks>("GET /tracks-by-id"), banyan::at<ChangePrice>("PUT /tracks/{id}/price"),
    banyan::at<RetitleTrack>("PUT /tracks/{id}/title"), banyan::at<Search>("GET /search"));

}  // namespace catalog
