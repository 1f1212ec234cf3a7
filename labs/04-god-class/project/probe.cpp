// SPDX-License-Identifier: Apache-2.0
// Lab 4: lab04 DATABASE prints for each order what the warehouse and the mail room read, as the
// class says it and as the models do.
#include <stdio.h>

#include "db.h"
#include "errors.h"
#include "json.h"
#include "models.h"
#include "order.h"
#include "shipment.h"

int main(int argc, char** argv) {
  if (argc != 2 || Db::instance()->open(argv[1]) != SHOP_OK) {
    fprintf(stderr, "lab04 DATABASE\n");
    return 2;
  }
  DbRows rows;
  db_queryf(&rows, "SELECT id FROM orders ORDER BY id");
  Json json;
  json.begin_list("");
  for (int i = 0; i < rows.count(); ++i) {
    Order order;
    if (order.load(rows.num(i, "id")) != SHOP_OK) return 1;
    std::string label = ShipmentManager::getInstance()->label(&order);
    if (order.needs_customs_form()) label += "Customs form CN 22\n";
    json.begin();
    json.str("id", order.getPubId());
    json.str("country", order.m_ship_country);
    json.str("pick", order.pick_list());
    json.str("my_pick", text_of(pick_list_of(order)));
    json.str("label", label);
    json.str("my_label", text_of(parcel_of(order)));
    json.end();
  }
  json.end_list();
  puts(json.text().c_str());
  return 0;
}
