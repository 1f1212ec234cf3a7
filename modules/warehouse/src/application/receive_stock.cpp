// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"
#include "domain/stock_reservation.hpp"

namespace warehouse {
namespace {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;

std::unexpected<banyan::Error> unknown_track(const TrackId& track) {
  return fail(ErrorCode::NotFound, "warehouse.unknown_track",
              "the catalogue has no track " + track.str());
}

/// What tells one delivery from another: as the ledger does, who announces it and under which key.
/// No key has a blank, and what nobody in particular announces has the key alone, as before.
std::string key_of(const banyan::Context& context) {
  const std::string& key = context.idempotency_key.value();
  return context.principal.empty() ? key : context.principal + ' ' + key;
}

/// What was announced under that key, also as a version before has written it down, which knew only
/// the key: of such a row nobody can tell any more whose it was, so it is everybody's, and no copy
/// is booked twice.
std::optional<Delivery> announced(WarehouseReading& warehouse, const std::string& own,
                                  const banyan::Context& context) {
  if (auto delivery = warehouse.delivery(own)) return delivery;
  return context.principal.empty() ? std::nullopt
                                   : warehouse.delivery(context.idempotency_key.value());
}

Result<Stock> again(const Delivery& delivery, const ReceiveStock& request) {
  if (delivery.track != request.track || delivery.quantity != request.quantity) {
    return fail(ErrorCode::Conflict, "warehouse.key_reused",
                "another delivery was announced under this idempotency key; give each its own");
  }
  return Stock{delivery.track, delivery.on_hand, delivery.reserved,
               delivery.on_hand - delivery.reserved};
}

}  // namespace

Result<Stock> receive_stock(const UseCaseContext& use_case, const ReceiveStock& request,
                            const banyan::Context& context) {
  if (Result<void> checked = check_delivery(request.quantity); !checked) {
    return fail(checked.error());
  }
  const std::string key = key_of(context);
  std::optional<Delivery> earlier = use_case.store.read(
      context, [&](WarehouseReading& warehouse) { return announced(warehouse, key, context); });
  if (earlier) return again(*earlier, request);
  // The track is a soft reference: its owner says whether it exists.
  if (auto track = use_case.catalog.handle(catalog::GetTrack{request.track}, context); !track) {
    if (track.error().code == ErrorCode::NotFound) return unknown_track(request.track);
    return fail(track.error());
  }
  const banyan::Timestamp now = use_case.clock.now();
  return use_case.store.write(context, [&](WarehouseWriting& warehouse) -> Result<Stock> {
    if (auto meanwhile = announced(warehouse, key, context)) return again(*meanwhile, request);
    if (!warehouse.receive(request.track, request.quantity)) return unknown_track(request.track);
    Stock stock = warehouse.stock(request.track).value();
    warehouse.add(
        Delivery{key, request.track, request.quantity, stock.on_hand, stock.reserved, now});
    warehouse.journal(
        {"delivery:" + key, MovementKind::Received, request.track, request.quantity, now});
    return stock;
  });
}

}  // namespace warehouse
