// handlers_stock.cpp -- the warehouse's and the mail room's pages. (B, 2015; the JSON is C's)
#include "db.h"
#include "errors.h"
#include "handlers.h"
#include "json.h"
#include "login.h"
#include "order.h"
#include "shipment.h"
#include "stock.h"

static std::string levelJson(const StockLevel& level)
{
    Json json;
    json.begin();
    json.str("track", level.track);
    json.num("on_hand", level.onHand);
    json.num("reserved", level.reserved);
    json.num("available", level.onHand - level.reserved);
    json.end();
    return json.text();
}

void get_stock_level(const Request& request, Response& response)
{
    StockLevel level;
    int rc = StockManager::getInstance()->level(request.param("track"), &level);
    if (rc == SHOP_OK && !level.known)
        rc = ERR_NO_SUCH_TRACK;
    if (rc != SHOP_OK)
        return response.fail(rc, request.param("track"));
    response.json(levelJson(level));
}

void post_delivery(const Request& request, Response& response)
{
    if (!from_the_desk(request, response))
        return;
    JsonIn body(request.body);
    i64 quantity = body.num("quantity", 0);
    if (quantity < 1 || quantity > 1000000)
        return response.fail(ERR_BAD_INPUT, "quantity");
    StockLevel level;
    int rc = StockManager::getInstance()->level(request.param("track"), &level);
    if (rc != SHOP_OK)
        return response.fail(rc, request.param("track"));
    std::string key = request.header("Idempotency-Key");
    DbRows before;
    if (!key.empty() && db_queryf(&before, "SELECT * FROM deliveries WHERE request_key = %Q", key.c_str()) > 0) {
        if (before.num(0, "item_id") != level.itemId || before.num(0, "quantity") != quantity)
            return response.fail(ERR_KEY_REUSED);
        level.onHand = before.num(0, "on_hand");
        return response.json(levelJson(level));
    }
    Db* db = Db::instance();
    if (db->begin() != SHOP_OK)
        return response.fail(ERR_DATABASE);
    rc = StockManager::getInstance()->receive(level.itemId, static_cast<int>(quantity));
    if (rc >= 0 && !key.empty() &&
        db_execf("INSERT INTO deliveries (request_key, item_id, quantity, on_hand, at)"
                 " VALUES (%Q, %lld, %lld, %d, %lld)",
                 key.c_str(), level.itemId, quantity, rc, shop_now()) < 0)
        rc = ERR_DATABASE;
    if (rc < 0) {
        db->rollback();
        return response.fail(rc);
    }
    if (db->commit() != SHOP_OK)
        return response.fail(ERR_DATABASE);
    level.onHand = rc;
    response.json(levelJson(level));
}

// The order of the path, when the desk asks or whoever has bought it.
static int loadOrder(const Request& request, const std::string& pubId, bool deskOnly, Order* order,
                     Response& response)
{
    if (deskOnly && !from_the_desk(request, response))
        return 0;
    if (!deskOnly && !signed_in(response))
        return 0;
    int rc = order->load_pub(pubId.c_str());
    if (rc == SHOP_OK && !deskOnly && !CurrentUser::get()->customer()->owns(order))
        rc = ERR_NOT_YOURS;
    if (rc != SHOP_OK)
        response.fail(rc, pubId);
    return rc == SHOP_OK;
}

void get_consignment(const Request& request, Response& response)
{
    Order order;
    if (!loadOrder(request, request.param("order"), false, &order, response))
        return;
    Shipment shipment;
    int rc = ShipmentManager::getInstance()->find(order.getId(), &shipment);
    if (rc != SHOP_OK)
        return response.fail(rc, order.getPubId());
    Json json;
    json.begin();
    json.str("order", order.getPubId());
    json.str("customer", CurrentUser::get()->customer()->pub_id);
    json.str("state", shipment.state);
    json.str("tracking_number", shipment.trackingNo);
    if (!shipment.returnNo.empty())
        json.str("return_tracking_number", shipment.returnNo);
    json.begin_list("tracking");
    for (size_t i = 0; i < shipment.scans.size(); ++i) {
        json.begin();
        json.str("leg", shipment.scans[i].leg);
        json.str("sighting", shipment.scans[i].sighting);
        json.str("at", time_text(shipment.scans[i].at));
        json.str("note", shipment.scans[i].note);
        json.end();
    }
    json.end_list();
    json.str("paid_at", time_text(shipment.bookedAt));
    json.str("changed_at", time_text(shipment.changedAt));
    json.end();
    response.json(json.text());
}

// From the carrier: {"tracking_number": "OUT-...", "sighting": "collected", "note": "..."}
void post_scan(const Request& request, Response& response)
{
    if (!from_the_desk(request, response))
        return;
    JsonIn body(request.body);
    int rc = ShipmentManager::getInstance()->scanned(body.str("tracking_number"), body.str("sighting"),
                                                     body.str("note"));
    if (rc != SHOP_OK)
        return response.fail(rc);
    response.status = 204;
}

void get_pick_list(const Request& request, Response& response)
{
    Order order;
    if (loadOrder(request, request.param("id"), true, &order, response))
        response.text(order.pick_list());
}

void put_picked(const Request& request, Response& response)
{
    Order order;
    if (!loadOrder(request, request.param("id"), true, &order, response))
        return;
    JsonIn body(request.body);
    std::string picker = body.str("picker");
    if (picker.empty() || picker.size() > 40)
        return response.fail(ERR_BAD_INPUT, "picker");
    int rc = order.picked_by(picker.c_str());
    if (rc != SHOP_OK)
        return response.fail(rc);
    response.text(order.pick_list());
}

void get_label(const Request& request, Response& response)
{
    Order order;
    if (!loadOrder(request, request.param("id"), true, &order, response))
        return;
    std::string text = ShipmentManager::getInstance()->label(&order);
    if (order.needs_customs_form())
        text += "Customs form CN 22\n";
    response.text(text);
}
