// From an order to what two departments know of it.
#include "models.h"

#include "shipment.h"

PickList pick_list_of(const Order& order) { return {order}; }

Parcel parcel_of(const Order& order) { return {order}; }

std::string text_of(const PickList& list) {
  return list.order.pick_list();  // app/legacy/src/order.cpp
}

std::string text_of(const Parcel& parcel) {
  std::string text =
      ShipmentManager::getInstance()->label(&parcel.order);  // app/legacy/src/shipment.cpp
  if (parcel.order.needs_customs_form()) text += "Customs form CN 22\n";
  return text;
}
