// SPDX-License-Identifier: Apache-2.0
#include "saga.h"

#include <cstdlib>
#include <fstream>

#include "db.h"
#include "errors.h"

namespace {

int note(const std::string& id, int step, const char* phase) {
  return db_execf("UPDATE sagas SET step = %d, phase = %Q WHERE id = %Q", step, phase,
                  id.c_str()) == 1
             ? SHOP_OK
             : ERR_DATABASE;
}

// This step says no: from here it goes back, and the order will say why.
int refused(const std::string& id, int step, int rc) {
  return db_execf("UPDATE sagas SET step = %d, phase = 'back', refused = %d WHERE id = %Q", step,
                  rc, id.c_str()) == 1
             ? SHOP_OK
             : ERR_DATABASE;
}

const char* reason_of(i64 rc) {
  switch (rc) {
    case ERR_OUT_OF_STOCK: return "out_of_stock";
    case ERR_DECLINED: return "payment_declined";
    case ERR_TOO_LATE: return "no_carrier";
    default: return "refused";
  }
}

int cancelled(Sale& sale, i64 rc) {
  return once(sale.key("cancelled"), [&] {
    sale.order.setState("cancelled");
    sale.order.m_cancel_reason = reason_of(rc);
    sale.order.m_fulfilment = "done";
    return sale.order.save();
  });
}

// One step on, or back. 1 when there is none left.
int move(const std::string& id, const std::vector<Step>& steps) {
  DbRows rows;
  if (db_queryf(&rows, "SELECT step, phase, refused FROM sagas WHERE id = %Q", id.c_str()) != 1)
    return ERR_DATABASE;
  const auto at = static_cast<std::size_t>(rows.num(0, "step"));
  Sale sale;
  sale.id = id;
  if (sale.order.load_key(id.c_str()) != SHOP_OK) return ERR_DATABASE;
  if (rows.str(0, "phase") == "forward") {
    if (at == steps.size())
      return note(id, static_cast<int>(at), "done") == SHOP_OK ? 1 : ERR_DATABASE;
    const int rc = steps[at].run(sale);
    passes("saga." + steps[at].name + ".done");
    if (rc == ERR_DATABASE) return rc;
    return rc == SHOP_OK ? note(id, static_cast<int>(at) + 1, "forward")
                         : refused(id, static_cast<int>(at), rc);
  }
  if (at == 0) {
    const int rc = cancelled(sale, rows.num(0, "refused"));
    if (rc != SHOP_OK) return rc;
    return note(id, 0, "undone") == SHOP_OK ? 1 : ERR_DATABASE;
  }
  const Step& step = steps[at - 1];
  const int rc = step.undo ? step.undo(sale) : SHOP_OK;
  passes("saga." + step.name + ".undone");
  return rc == SHOP_OK ? note(id, static_cast<int>(at) - 1, "back") : rc;
}

int go_on(const std::string& id) {
  const std::vector<Step> steps = place_order_saga();
  int rc = SHOP_OK;
  while (rc == SHOP_OK) rc = move(id, steps);
  return rc == 1 ? SHOP_OK : rc;
}

}  // namespace

void passes(const std::string& point) {
  static const char* points = std::getenv("SHOP_POINTS");
  if (points != nullptr) std::ofstream(points, std::ios::app) << point << '\n';
  debug_point(point.c_str());
}

int once(const std::string& key, const std::function<int()>& work) {
  Db* db = Db::instance();
  if (db->begin() != SHOP_OK) return ERR_DATABASE;
  DbRows rows;
  int rc = db_queryf(&rows, "SELECT 1 FROM marks WHERE key = %Q", key.c_str());
  if (rc == 0) {
    rc = work();
    if (rc == SHOP_OK && db_execf("INSERT INTO marks (key) VALUES (%Q)", key.c_str()) < 0)
      rc = ERR_DATABASE;
  } else if (rc == 1) {
    rc = SHOP_OK;
  }
  if (rc != SHOP_OK) {
    db->rollback();
    return rc;
  }
  return db->commit();
}

int prepare_sagas() {
  // What gave copies back behind everybody's back is a step now. The program is killed, not the
  // machine: nothing has to wait for the disk.
  return Db::instance()->script(
      "PRAGMA synchronous = OFF;"
      "DROP TRIGGER IF EXISTS order_gives_back;"
      "CREATE TABLE IF NOT EXISTS sagas (id TEXT PRIMARY KEY NOT NULL, step INTEGER NOT NULL, "
      "phase TEXT NOT NULL, refused INTEGER NOT NULL DEFAULT 0);"
      "CREATE TABLE IF NOT EXISTS marks (key TEXT PRIMARY KEY NOT NULL);");
}

int begin_sale(const std::string& id, Order* order) {
  Db* db = Db::instance();
  if (db->begin() != SHOP_OK) return ERR_DATABASE;
  order->m_request_key = id;
  order->setState("placed");
  order->m_placed_at = shop_now();
  order->make_route();
  int rc = order->save();
  if (rc == SHOP_OK &&
      db_execf("INSERT INTO sagas (id, step, phase) VALUES (%Q, 0, 'forward')", id.c_str()) < 0)
    rc = ERR_DATABASE;
  if (rc != SHOP_OK) {
    db->rollback();
    return rc;
  }
  if ((rc = db->commit()) != SHOP_OK) return rc;
  passes("saga.begin");
  return go_on(id);
}

int resume_sales() {
  DbRows rows;
  if (db_queryf(&rows, "SELECT id FROM sagas WHERE phase IN ('forward', 'back') ORDER BY id") < 0)
    return ERR_DATABASE;
  int rc = SHOP_OK;
  for (int i = 0; i < rows.count() && rc == SHOP_OK; ++i) rc = go_on(rows.str(i, "id"));
  return rc;
}
