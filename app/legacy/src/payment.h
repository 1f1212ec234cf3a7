// payment.h -- the money. (B, 2015)
#ifndef PAYMENT_H
#define PAYMENT_H

#include <string>

#include "order.h"

class PaymentManager
{
public:
    static PaymentManager* getInstance();

    // What one order may cost on account, from shop.properties.
    void setAccountLimit(i64 limit) { m_accountLimit = limit; }
    i64 getAccountLimit() const { return m_accountLimit; }

    // SHOP_OK, ERR_DECLINED, ERR_BAD_INPUT, ERR_DATABASE. Writes into the order what has happened.
    int take(Order* order);
    int giveBack(Order* order);

private:
    PaymentManager() : m_accountLimit(100000) {}
    i64 m_accountLimit;
};

#endif
