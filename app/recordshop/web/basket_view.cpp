// SPDX-License-Identifier: Apache-2.0
#include "web/basket_view.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace recordshop::web {
namespace {

using catalog::Track;
using catalog::TrackId;

}  // namespace

BasketView look_up(Modules& modules, const Visit& visit) {
  catalog::GetTracks question;
  std::vector<banyan::Pending<warehouse::Stock>> stock;
  for (const Basket::Line& line : visit.basket().lines()) question.ids.push_back(line.track);
  auto tracks = modules.catalog.start(question, visit.context());
  for (const TrackId& track : question.ids) {
    stock.push_back(modules.warehouse.start(warehouse::GetStock{track}, visit.context()));
  }
  BasketView view;
  if (visit.visitor()) {
    const auto id = customers::CustomerId::parse(visit.visitor()->customer);
    const auto customer = answer(modules.customers.start(
        customers::GetCustomer{id.value_or(customers::CustomerId())}, visit.context()));
    view.on_invoice = !customer || customer->credit == customers::Credit::Good;
  }
  if (const auto found = answer(std::move(tracks))) {
    for (const Track& track : found->tracks) view.tracks.emplace(track.id, track);
  } else {
    view.catalogue = false;
  }
  for (std::size_t i = 0; i < stock.size(); ++i) {
    const auto told = answer(std::move(stock[i]));
    if (told) view.available[question.ids[i]] = told->available;
  }
  return view;
}

}  // namespace recordshop::web
