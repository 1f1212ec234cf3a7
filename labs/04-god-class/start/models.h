// What the warehouse and the mail room know of an order. So far: all of it.
#pragma once

#include <string>

#include "order.h"

// For who walks along the shelves.
struct PickList {
  Order order;
};

// For who sticks labels on boxes.
struct Parcel {
  Order order;
};

PickList pick_list_of(const Order& order);
Parcel parcel_of(const Order& order);

// What is printed.
std::string text_of(const PickList& list);
std::string text_of(const Parcel& parcel);
