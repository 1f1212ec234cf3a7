// From an order to what two departments print of it.
#include "models.h"

#include "order.h"
#include "shipment.h"

PickList pick_list_of(const Order& order) { return {order.pick_list()}; }

Parcel parcel_of(const Order& order) {
  std::string label = ShipmentManager::getInstance()->label(&order);
  if (order.needs_customs_form()) label += "Customs form CN 22\n";
  return {label};
}

std::string text_of(const PickList& list) { return list.sheet; }

std::string text_of(const Parcel& parcel) { return parcel.label; }
