// payment.cpp -- see payment.h. (B, 2015)
//
// The card terminal is in the shop's cellar and answers at once; a payment method that begins with
// "declined" is what its vendor gave us for trying out.
#include "payment.h"

#include "db.h"
#include "errors.h"

PaymentManager* PaymentManager::getInstance()
{
    static PaymentManager* instance = new PaymentManager;
    return instance;
}

static bool isMethod(const std::string& method)
{
    if (method.empty() || method.size() > 64)
        return false;
    for (size_t i = 0; i < method.size(); ++i)
        if (method[i] <= ' ' || method[i] > '~')
            return false;
    return true;
}

int PaymentManager::take(Order* order)
{
    if (!isMethod(order->m_pay_method))
        return ERR_BAD_INPUT;
    if (order->m_pay_method.compare(0, 8, "declined") == 0)
        return ERR_DECLINED;
    if (order->m_pay_method == "account" && order->m_total > m_accountLimit)
        return ERR_DECLINED;
    order->m_pay_ref = "RBM" + shop_token().substr(0, 12);
    order->m_pay_state = "captured";
    order->m_paid_at = shop_now();
    if (db_execf("INSERT INTO payments (order_id, method, amount, currency, state, ref, at)"
                 " VALUES (%lld, %Q, %lld, %Q, 'captured', %Q, %lld)",
                 order->m_id, order->m_pay_method.c_str(), order->m_total, order->m_currency.c_str(),
                 order->m_pay_ref.c_str(), order->m_paid_at) < 0)
        return ERR_DATABASE;
    return SHOP_OK;
}

int PaymentManager::giveBack(Order* order)
{
    if (order->m_pay_state != "captured")
        return SHOP_OK;
    order->m_refunded = order->m_total;
    order->m_refunded_at = shop_now();
    order->m_pay_state = "refunded";
    if (db_execf("UPDATE payments SET state = 'refunded', at = %lld WHERE order_id = %lld",
                 order->m_refunded_at, order->m_id) < 0)
        return ERR_DATABASE;
    return SHOP_OK;
}
