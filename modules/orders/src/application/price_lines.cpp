// SPDX-License-Identifier: Apache-2.0
#include "application/price_lines.hpp"

#include <unordered_map>

namespace orders {

banyan::Result<std::vector<OrderLine>> price_lines(catalog::Catalog& catalog,
                                                   const std::vector<LineRequest>& lines,
                                                   const banyan::Context& context) {
  catalog::GetTracks question;
  for (const LineRequest& line : lines) question.ids.push_back(line.track);
  banyan::Result<catalog::TracksFound> found = catalog.handle(question, context);
  if (!found) return banyan::fail(std::move(found.error()));

  std::unordered_map<TrackId, catalog::Track> tracks;
  for (catalog::Track& track : found->tracks) {
    const TrackId id = track.id;
    tracks.emplace(id, std::move(track));
  }
  std::vector<OrderLine> priced;
  std::vector<banyan::Detail> unknown;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto track = tracks.find(lines[i].track);
    if (track == tracks.end()) {
      unknown.push_back(
          {"/lines/" + std::to_string(i) + "/track", "the catalogue has no such track"});
      continue;
    }
    priced.push_back({lines[i].track, track->second.title, lines[i].quantity, track->second.price});
  }
  if (!unknown.empty()) {
    return banyan::fail(banyan::ErrorCode::NotFound, "orders.unknown_track",
                        "not all of these tracks exist", std::move(unknown));
  }
  return priced;
}

}  // namespace orders
