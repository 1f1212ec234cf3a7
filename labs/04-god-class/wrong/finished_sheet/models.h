// What the warehouse and the mail room know of an order: what they print.
#pragma once

#include <string>

class Order;

// For who walks along the shelves.
struct PickList {
  std::string sheet;
};

// For who sticks labels on boxes.
struct Parcel {
  std::string label;
};

PickList pick_list_of(const Order& order);
Parcel parcel_of(const Order& order);

// What is printed.
std::string text_of(const PickList& list);
std::string text_of(const Parcel& parcel);
