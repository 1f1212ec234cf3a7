// What the warehouse and the mail room know of an order.
#pragma once

#include <string>
#include <vector>

class Order;

// One stop on the way along the shelves.
struct Stop {
  std::string shelf;
  long long quantity = 0;
  std::string title;
};

// For who walks along the shelves.
struct PickList {
  std::string id;
  std::string route;
  std::vector<Stop> stops;
  long long weight_g = 0;
  std::string postage;
  std::string picker;
  std::string picked_at;
};

// For who sticks labels on boxes.
struct Parcel {
  std::string id;
  std::string tracking_no;
  std::string name;
  std::string street;
  std::string place;
  std::string country;
  std::string zone;
  long long weight_g = 0;
  bool customs_form = false;
};

PickList pick_list_of(const Order& order);
Parcel parcel_of(const Order& order);

// What is printed.
std::string text_of(const PickList& list);
std::string text_of(const Parcel& parcel);
