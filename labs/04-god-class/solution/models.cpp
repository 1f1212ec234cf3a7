// From an order to what two departments know of it.
#include "models.h"

#include <stdio.h>

#include "db.h"
#include "order.h"

PickList pick_list_of(const Order& order) {
  PickList list;
  list.id = order.m_pub_id;
  list.route = order.m_shelf_route;
  for (const OrderLine& line : order.m_lines) {
    DbRows rows;
    db_queryf(
        &rows,
        "SELECT i.shelf, a.title FROM item i JOIN albums a ON a.id = i.album_id WHERE i.id = %lld",
        line.item_id);
    list.stops.push_back(
        {rows.str(0, "shelf"), line.quantity, line.title + " / " + rows.str(0, "title")});
  }
  list.weight_g = order.m_ship_weight_g;
  list.postage = order.postage_class();
  list.picker = order.m_picker;
  list.picked_at = time_text(order.m_picked_at);
  return list;
}

Parcel parcel_of(const Order& order) {
  DbRows rows;
  db_queryf(&rows, "SELECT name, zone FROM countries WHERE code = %Q",
            order.m_ship_country.c_str());
  Parcel parcel;
  parcel.id = order.m_pub_id;
  parcel.tracking_no = order.m_tracking_no;
  parcel.name = order.m_ship_name;
  parcel.street = order.m_ship_street;
  parcel.place = order.m_ship_postal + " " + order.m_ship_city;
  parcel.country = rows.str(0, "name");
  parcel.zone = rows.str(0, "zone");
  parcel.weight_g = order.m_ship_weight_g;
  parcel.customs_form = order.needs_customs_form();
  return parcel;
}

std::string text_of(const PickList& list) {
  std::string text = "PICK " + list.id + "\nroute " + list.route + "\n";
  long long pieces = 0;
  char row[160];
  for (const Stop& stop : list.stops) {
    snprintf(row, sizeof row, "%-6s %3lld x %s\n", stop.shelf.c_str(), stop.quantity,
             stop.title.substr(0, 50).c_str());
    text += row;
    pieces += stop.quantity;
  }
  text += std::to_string(pieces) + " pieces, " + std::to_string(list.weight_g) + " g, " +
          list.postage + "\n";
  if (!list.picker.empty()) text += "picked by " + list.picker + " " + list.picked_at + "\n";
  return text;
}

std::string text_of(const Parcel& parcel) {
  std::string text = parcel.tracking_no + "\n\n" + parcel.name + "\n" + parcel.street + "\n" +
                     parcel.place + "\n" + parcel.country + "\n\nZone " + parcel.zone + ", " +
                     std::to_string(parcel.weight_g) + " g\n";
  if (parcel.customs_form) text += "Customs form CN 22\n";
  return text;
}
