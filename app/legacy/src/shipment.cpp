// shipment.cpp -- see shipment.h. (B, 2015)
#include "shipment.h"

#include "db.h"
#include "errors.h"
#include "events.h"
#include "payment.h"

ShipmentManager* ShipmentManager::getInstance()
{
    static ShipmentManager* instance = new ShipmentManager;
    return instance;
}

int ShipmentManager::book(Order* order)
{
    order->m_tracking_no = "OUT-" + shop_token().substr(0, 12);
    if (db_execf("INSERT INTO shipments (order_id, state, tracking_no, weight_g, booked_at, changed_at)"
                 " VALUES (%lld, 'booked', %Q, %lld, %lld, %lld)",
                 order->m_id, order->m_tracking_no.c_str(), order->m_ship_weight_g, shop_now(), shop_now()) < 0)
        return ERR_DATABASE;
    return SHOP_OK;
}

int ShipmentManager::setState(const Order* order, const char* state)
{
    if (db_execf("UPDATE shipments SET state = %Q, changed_at = %lld WHERE order_id = %lld", state, shop_now(),
                 order->m_id) < 0)
        return ERR_DATABASE;
    return SHOP_OK;
}

int ShipmentManager::cancel(Order* order)
{
    return setState(order, "cancelled");
}

int ShipmentManager::announceReturn(Order* order)
{
    order->m_return_no = "BACK-" + shop_token().substr(0, 12);
    if (db_execf("UPDATE shipments SET state = 'returning', return_no = %Q, changed_at = %lld"
                 " WHERE order_id = %lld",
                 order->m_return_no.c_str(), shop_now(), order->m_id) < 0)
        return ERR_DATABASE;
    return SHOP_OK;
}

int ShipmentManager::find(i64 order_id, Shipment* out)
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT * FROM shipments WHERE order_id = %lld", order_id) < 0)
        return ERR_DATABASE;
    if (rows.count() == 0)
        return ERR_NOT_FOUND;
    out->orderId = order_id;
    out->state = rows.str(0, "state");
    out->trackingNo = rows.str(0, "tracking_no");
    out->returnNo = rows.str(0, "return_no");
    out->weight = rows.num(0, "weight_g");
    out->bookedAt = rows.num(0, "booked_at");
    out->changedAt = rows.num(0, "changed_at");
    DbRows scans;
    if (db_queryf(&scans, "SELECT leg, sighting, note, at FROM scans WHERE tracking_no IN (%Q, %Q) ORDER BY id",
                  out->trackingNo.c_str(), out->returnNo.empty() ? "-" : out->returnNo.c_str()) < 0)
        return ERR_DATABASE;
    for (int i = 0; i < scans.count(); ++i) {
        Scan scan;
        scan.leg = scans.str(i, "leg");
        scan.sighting = scans.str(i, "sighting");
        scan.note = scans.str(i, "note");
        scan.at = scans.num(i, "at");
        out->scans.push_back(scan);
    }
    return SHOP_OK;
}

int ShipmentManager::scanned(const std::string& tracking, const std::string& sighting,
                             const std::string& note)
{
    if (sighting != "collected" && sighting != "on_its_way" && sighting != "delayed" &&
        sighting != "delivered")
        return ERR_BAD_INPUT;
    Db* db = Db::instance();
    if (db->begin() < 0)
        return ERR_DATABASE;
    DbRows rows;
    db_queryf(&rows, "SELECT order_id, return_no = %Q AS back FROM shipments"
                     " WHERE tracking_no = %Q OR (return_no = %Q AND return_no <> '')",
              tracking.c_str(), tracking.c_str(), tracking.c_str());
    Order order;
    int rc = rows.count() == 0 ? ERR_NOT_FOUND : order.load(rows.num(0, "order_id"));
    bool back = rows.count() > 0 && rows.num(0, "back") != 0;
    DbRows before;
    if (rc == SHOP_OK) {
        db_queryf(&before, "SELECT id FROM scans WHERE tracking_no = %Q AND sighting = %Q", tracking.c_str(),
                  sighting.c_str());
        if (before.count() > 0) {
            db->rollback();
            return SHOP_OK;
        }
        if (db_execf("INSERT INTO scans (tracking_no, leg, sighting, note, at) VALUES (%Q, %Q, %Q, %Q, %lld)",
                     tracking.c_str(), back ? "return" : "outbound", sighting.c_str(), note.c_str(),
                     shop_now()) < 0)
            rc = ERR_DATABASE;
    }
    if (rc == SHOP_OK)
        rc = back ? returnScan(&order, sighting) : outboundScan(&order, sighting);
    if (rc != SHOP_OK) {
        db->rollback();
        return rc;
    }
    return db->commit();
}

int ShipmentManager::outboundScan(Order* order, const std::string& sighting)
{
    int rc = SHOP_OK;
    if (order->m_state == "cancelled")
        return ERR_TOO_LATE;
    if (sighting == "collected" || (sighting == "delivered" && order->m_shipped_at == 0)) {
        order->setState("shipped");
        order->m_shipped_at = shop_now();
        rc = setState(order, "in_transit");
    }
    if (rc == SHOP_OK && sighting == "delivered") {
        order->setState("delivered");
        order->m_delivered_at = shop_now();
        rc = setState(order, "delivered");
    }
    if (rc == SHOP_OK)
        rc = order->save();
    if (rc == SHOP_OK && sighting == "delivered")
        EventManager::getInstance()->orderDelivered(order);
    return rc;
}

int ShipmentManager::returnScan(Order* order, const std::string& sighting)
{
    if (sighting != "delivered")
        return SHOP_OK;
    int rc = PaymentManager::getInstance()->giveBack(order);
    if (rc == SHOP_OK)
        rc = setState(order, "returned");
    if (rc == SHOP_OK) {
        order->setState("returned");
        order->m_fulfilment = "done";
        order->m_returned_at = shop_now();
        rc = order->save();
    }
    if (rc == SHOP_OK)
        EventManager::getInstance()->orderReturned(order);
    return rc;
}

std::string ShipmentManager::label(const Order* order)
{
    DbRows rows;
    db_queryf(&rows, "SELECT name, zone FROM countries WHERE code = %Q", order->m_ship_country.c_str());
    return order->m_tracking_no + "\n\n" + order->m_ship_name + "\n" + order->m_ship_street + "\n" +
           order->m_ship_postal + " " + order->m_ship_city + "\n" + rows.str(0, "name") + "\n\nZone " +
           rows.str(0, "zone") + ", " + std::to_string(order->m_ship_weight_g) + " g\n";
}
