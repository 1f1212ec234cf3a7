// checkout.cpp -- see checkout.h. (A, 2012)
//
// The shop's heart. It is one transaction from the shelf to the parcel: either all of it has happened or
// nothing has. Do not take anything out of it. It was tried in 2016 (payments first), and there were eleven
// customers who had paid and got nothing.
#include "checkout.h"

#include <string.h>

#include "db.h"
#include "errors.h"
#include "events.h"
#include "payment.h"
#include "pricing.h"
#include "shipment.h"
#include "stock.h"

// ------------------------------------------------------------------------------------------------
// what goes before: nothing of it is locked, so that nobody waits for it

static int the_same_again(const Customer* customer, Order* order, int* again)
{
    if (order->m_request_key.empty()) return SHOP_OK;
    Order before;
    int rc = before.load_key(order->m_request_key.c_str());
    if (rc == ERR_NOT_FOUND) return SHOP_OK;
    if (rc != SHOP_OK) return rc;
    if (before.m_customer_id != customer->id || !before.is_same_request(order->m_request_body)) return ERR_KEY_REUSED;
    *order = before;
    *again = 1;
    return SHOP_OK;
}

static int look_at_the_shelves(Order* order)
{
    for (size_t i = 0; i < order->m_lines.size(); i++) {
        OrderLine& line = order->m_lines[i];
        int rc = StockManager::getInstance()->look(line.item_id, (int)line.quantity, &line.left);
        if (rc != SHOP_OK) {
            shop_log("order: %s: %lld wanted", line.title.c_str(), line.quantity);
            return rc;
        }
    }
    return SHOP_OK;
}

// ------------------------------------------------------------------------------------------------
// the transaction

static int write_order(Order* order)
{
    order->setState("placed");
    order->m_fulfilment = "in_progress";
    order->m_placed_at = shop_now();
    order->make_route();
    return order->save();
}

static int take_off_the_shelves(Order* order)
{
    for (size_t i = 0; i < order->m_lines.size(); i++) {
        int rc = StockManager::getInstance()->sell(order->m_lines[i].item_id, order->m_lines[i].left);
        if (rc != SHOP_OK) return rc;
    }
    return SHOP_OK;
}

static int empty_basket(Order* order)
{
    for (size_t i = 0; i < order->m_lines.size(); i++)
        if (db_execf("DELETE FROM basket WHERE customer_id = %lld AND item_id = %lld", order->m_customer_id,
                     order->m_lines[i].item_id) < 0)
            return ERR_DATABASE;
    return SHOP_OK;
}

static int sell_it(Order* order)
{
    int rc;
    if ((rc = write_order(order)) != SHOP_OK) return rc;
    debug_point("checkout.1");
    if ((rc = take_off_the_shelves(order)) != SHOP_OK) return rc;
    debug_point("checkout.2");
    if ((rc = PaymentManager::getInstance()->take(order)) != SHOP_OK) return rc;
    debug_point("checkout.3");
    if ((rc = ShipmentManager::getInstance()->book(order)) != SHOP_OK) return rc;
    debug_point("checkout.4");
    order->setState("paid");
    order->m_fulfilment = "done";
    if ((rc = order->save()) != SHOP_OK) return rc;
    debug_point("checkout.5");
    if ((rc = empty_basket(order)) != SHOP_OK) return rc;
    EventManager::getInstance()->orderPlaced(order);
    debug_point("checkout.6");
    return SHOP_OK;
}

int place_order(Customer* customer, Order* order, int* again)
{
    int rc;
    *again = 0;
    if ((rc = the_same_again(customer, order, again)) != SHOP_OK || *again) return rc;
    if ((rc = customer->may_order()) != SHOP_OK) return rc;
    if (order->m_lines.empty() || order->m_lines.size() > 100) return ERR_BAD_INPUT;
    if (order->m_pay_method.empty()) order->m_pay_method = "account";
    order->copy_customer(customer);
    if ((rc = price_order(*order)) != SHOP_OK) return rc;
    if ((rc = look_at_the_shelves(order)) != SHOP_OK) return rc;

    // From here to the commit: stock, payment, order and parcel together, or none of them.
    Db* db = Db::instance();
    if (db->begin() != SHOP_OK) return ERR_DATABASE;
    rc = sell_it(order);
    if (rc != SHOP_OK) {
        db->rollback();
        // The other one of a double click was faster?
        int other = the_same_again(customer, order, again);
        if (rc == ERR_DATABASE && (*again || other != SHOP_OK)) return other;
        return rc;
    }
    if (db->commit() != SHOP_OK) return ERR_DATABASE;
    debug_point("checkout.7");
    shop_log("order %s: %s", order->m_pub_id.c_str(), money_text(order->m_total, order->m_currency).c_str());
    return SHOP_OK;
}

// ------------------------------------------------------------------------------------------------
// and back

int cancel_order(Order* order)
{
    Db* db = Db::instance();
    if (db->begin() != SHOP_OK) return ERR_DATABASE;
    // As it is now; somebody may have scanned it meanwhile.
    int rc = order->load(order->m_id);
    if (rc == SHOP_OK && order->m_state == "cancelled") {
        db->rollback();
        return SHOP_OK;
    }
    if (rc == SHOP_OK && !order->can_be_cancelled()) rc = ERR_TOO_LATE;
    if (rc == SHOP_OK) rc = PaymentManager::getInstance()->giveBack(order);
    if (rc == SHOP_OK) rc = ShipmentManager::getInstance()->cancel(order);
    if (rc == SHOP_OK) {
        order->setState("cancelled");       // the copies: see order_gives_back in schema.sql
        order->m_cancel_reason = "by_customer";
        order->m_fulfilment = "done";
        rc = order->save();
    }
    if (rc != SHOP_OK) {
        db->rollback();
        return rc;
    }
    EventManager::getInstance()->orderCancelled(order);
    return db->commit();
}

int return_order(Order* order)
{
    Db* db = Db::instance();
    if (db->begin() != SHOP_OK) return ERR_DATABASE;
    int rc = order->load(order->m_id);
    if (rc == SHOP_OK && (order->m_state == "returned" || order->m_fulfilment == "returning")) {
        db->rollback();
        return SHOP_OK;
    }
    if (rc == SHOP_OK && !order->can_be_returned()) rc = ERR_NOT_RETURNABLE;
    if (rc == SHOP_OK) rc = ShipmentManager::getInstance()->announceReturn(order);
    if (rc == SHOP_OK) {
        order->m_fulfilment = "returning";
        rc = order->save();
    }
    if (rc != SHOP_OK) {
        db->rollback();
        return rc;
    }
    return db->commit();
}

// ------------------------------------------------------------------------------------------------
// the basket

int basket_to_order(i64 customer_id, Order* order)
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT i.pub_id, b.quantity FROM basket b JOIN item i ON i.id = b.item_id"
                         " WHERE b.customer_id = %lld ORDER BY b.added_at, b.item_id",
                  customer_id) < 0)
        return ERR_DATABASE;
    for (int i = 0; i < rows.count(); i++) {
        int rc = order->add_line(rows.str(i, "pub_id").c_str(), rows.num(i, "quantity"));
        if (rc != SHOP_OK) return rc;
    }
    return rows.count();
}

int basket_put(i64 customer_id, const char* track, int quantity)
{
    PriceLookup found = price_of(track);
    if (found.error != SHOP_OK) return found.error;
    int rc;
    if (quantity == 0)
        rc = db_execf("DELETE FROM basket WHERE customer_id = %lld AND item_id = %lld", customer_id, found.item_id);
    else
        rc = db_execf("INSERT INTO basket (customer_id, item_id, quantity, added_at) VALUES (%lld, %lld, %d, %lld)"
                      " ON CONFLICT (customer_id, item_id) DO UPDATE SET quantity = excluded.quantity",
                      customer_id, found.item_id, quantity, shop_now());
    return rc < 0 ? ERR_DATABASE : SHOP_OK;
}

int basket_clear(i64 customer_id)
{
    return db_execf("DELETE FROM basket WHERE customer_id = %lld", customer_id) < 0 ? ERR_DATABASE : SHOP_OK;
}

int hold_for_telephone(i64 item_id, int quantity)
{
    return db_execf("UPDATE item SET reserved = reserved + %d WHERE id = %lld", quantity, item_id) == 1
               ? SHOP_OK
               : ERR_DATABASE;
}
