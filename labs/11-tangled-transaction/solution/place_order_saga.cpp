// A sale in steps: what place_order() in app/legacy/src/checkout.cpp does in one transaction. The
// order and its lines are there when the first step begins.
//
// What may be called: `once` and `sale.key` of saga.h, and outside.h (both in
// labs/11-tangled-transaction/project); the managers of payment.h, shipment.h and stock.h
// (app/legacy/src).
#include "db.h"
#include "errors.h"
#include "events.h"
#include "outside.h"
#include "payment.h"
#include "saga.h"
#include "shipment.h"
#include "stock.h"

namespace {

// --- the warehouse

int take_copies(Sale& sale) {
  return once(sale.key("stock"), [&] {
    for (const OrderLine& line : sale.order.m_lines) {
      int left = 0;
      int rc =
          StockManager::getInstance()->look(line.item_id, static_cast<int>(line.quantity), &left);
      if (rc == SHOP_OK) rc = StockManager::getInstance()->sell(line.item_id, left);
      if (rc != SHOP_OK) return rc;
    }
    return SHOP_OK;
  });
}

int give_copies_back(Sale& sale) {
  return once(sale.key("stock.undo"), [&] {
    for (const OrderLine& line : sale.order.m_lines)
      if (StockManager::getInstance()->receive(line.item_id, static_cast<int>(line.quantity)) < 0)
        return ERR_DATABASE;
    return SHOP_OK;
  });
}

// --- the accounts

// The payment may be declined, and this step would not be undone: so that is asked first.
int take_money(Sale& sale) {
  const int rc = once(sale.key("payment"), [&] {
    const int taken = PaymentManager::getInstance()->take(&sale.order);
    return taken == SHOP_OK ? sale.order.save() : taken;
  });
  if (rc != SHOP_OK) return rc;
  return terminal_charge(sale.key("payment"), sale.order.m_pub_id, sale.order.m_total);
}

int give_money_back(Sale& sale) {
  const int rc = terminal_refund(sale.key("payment.undo"), sale.order.m_pub_id, sale.order.m_total);
  if (rc != SHOP_OK) return rc;
  return once(sale.key("payment.undo"), [&] {
    const int given = PaymentManager::getInstance()->giveBack(&sale.order);
    return given == SHOP_OK ? sale.order.save() : given;
  });
}

// --- the mail room: the last one who may say no

int book_parcel(Sale& sale) {
  const int rc = carrier_book(sale.key("parcel"), sale.order.m_pub_id);
  if (rc != SHOP_OK) return rc;
  return once(sale.key("parcel"), [&] {
    const int booked = ShipmentManager::getInstance()->book(&sale.order);
    return booked == SHOP_OK ? sale.order.save() : booked;
  });
}

// --- from here on nobody says no: again, until it is done

int mark_as_paid(Sale& sale) {
  return once(sale.key("paid"), [&] {
    sale.order.setState("paid");
    sale.order.m_fulfilment = "done";
    return sale.order.save();
  });
}

int empty_basket(Sale& sale) {
  for (const OrderLine& line : sale.order.m_lines)
    if (db_execf("DELETE FROM basket WHERE customer_id = %lld AND item_id = %lld",
                 sale.order.m_customer_id, line.item_id) < 0)
      return ERR_DATABASE;
  return SHOP_OK;
}

int write_mail(Sale& sale) {
  return once(sale.key("mail"), [&] {
    EventManager::getInstance()->orderPlaced(&sale.order);
    return SHOP_OK;
  });
}

}  // namespace

std::vector<Step> place_order_saga() {
  return {
      {"stock", take_copies, give_copies_back},
      {"payment", take_money, give_money_back},
      {"parcel", book_parcel, {}},
      {"paid", mark_as_paid, {}},
      {"basket", empty_basket, {}},
      {"mail", write_mail, {}},
  };
}
