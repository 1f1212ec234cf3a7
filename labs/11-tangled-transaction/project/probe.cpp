// SPDX-License-Identifier: Apache-2.0
// Lab 11.
//
//   tangled DATABASE OUTSIDE TRACK COPIES METHOD    sells as checkout.cpp does: in one transaction
//   sell    DATABASE OUTSIDE TRACK COPIES METHOD    sells as the learner's saga does
//   resume  DATABASE OUTSIDE                        goes on with what was left
//   steps   DATABASE OUTSIDE                        which there are, and which can be undone (JSON)
//
// METHOD is what is paid with: card-4242, declined-4242, account. With CARRIER=full the carrier
// takes no parcels, and ACCOUNT_LIMIT is what an order on account may cost.
// SHOP_CRASH=saga.payment.done ends the program there.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "checkout.h"
#include "db.h"
#include "errors.h"
#include "events.h"
#include "json.h"
#include "mail.h"
#include "outside.h"
#include "payment.h"
#include "pricing.h"
#include "saga.h"

namespace {

int sell(const std::string& how, const char* track, const char* copies, const char* method) {
  Customer ada;
  if (ada.load_email("ada@example.org") != SHOP_OK) return ERR_NOT_FOUND;
  Order order;
  int rc = order.add_line(track, std::atoi(copies));
  if (rc != SHOP_OK) return rc;
  order.m_pay_method = method;
  if (how == "tangled") {
    order.m_request_key = "sale-1";
    int again = 0;
    return place_order(&ada, &order, &again);
  }
  order.copy_customer(&ada);
  if ((rc = price_order(order)) != SHOP_OK) return rc;
  return begin_sale("sale-1", &order);
}

int steps() {
  Json json;
  json.begin_list("");
  for (const Step& step : place_order_saga()) {
    json.begin();
    json.str("name", step.name);
    json.boolean("undo", static_cast<bool>(step.undo));
    json.end();
  }
  json.end_list();
  std::cout << json.text() << '\n';
  return SHOP_OK;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 3 ? argv[1] : "";
  if (what.empty() || Db::instance()->open(argv[2]) != SHOP_OK) {
    std::cerr << "lab11 tangled|sell DATABASE OUTSIDE TRACK COPIES METHOD | resume|steps DATABASE "
                 "OUTSIDE\n";
    return 2;
  }
  if (!std::ifstream(argv[3]).good()) std::ofstream(argv[3]).close();
  const char* carrier = std::getenv("CARRIER");
  begin_outside(argv[3], carrier != nullptr && std::string(carrier) == "full");
  if (const char* limit = std::getenv("ACCOUNT_LIMIT"))
    PaymentManager::getInstance()->setAccountLimit(std::atoll(limit));
  MailManager::getInstance()->start();
  int rc = SHOP_OK;
  if (what != "tangled") rc = prepare_sagas();
  if (rc == SHOP_OK && what == "steps") rc = steps();
  if (rc == SHOP_OK && what == "resume") rc = resume_sales();
  if (rc == SHOP_OK && argc == 7) rc = sell(what, argv[4], argv[5], argv[6]);
  if (rc != SHOP_OK) std::cerr << err_text(rc) << " (" << Db::instance()->last_error() << ")\n";
  return rc == SHOP_OK ? 0 : 1;
}
