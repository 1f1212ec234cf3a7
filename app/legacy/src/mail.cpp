// mail.cpp -- see mail.h. The mails wait in a table until the mailer comes by. (B, 2015)
#include "mail.h"

#include "db.h"
#include "order.h"
#include "stock.h"

MailManager* MailManager::getInstance()
{
    static MailManager* instance = new MailManager;
    return instance;
}

void MailManager::start()
{
    EventManager::getInstance()->addObserver(this);
    StockManager::getInstance()->onLowStock(&MailManager::lowStock, this);
}

void MailManager::send(const std::string& to, const std::string& subject, const std::string& body)
{
    if (db_execf("INSERT INTO mails (mail_to, subject, body, at) VALUES (%Q, %Q, %Q, %lld)", to.c_str(),
                 subject.c_str(), body.c_str(), shop_now()) < 0)
        shop_log("no mail to %s", to.c_str());
}

void MailManager::onOrderPlaced(Order* order)
{
    send(order->getCustomerEmail(), "Your order " + order->getPubId(), order->invoice_text());
}

void MailManager::onOrderCancelled(Order* order)
{
    send(order->getCustomerEmail(), "Cancelled: your order " + order->getPubId(),
         "We have cancelled it and given you back " +
             money_text(order->getRefunded(), order->getCurrency()) + ".\n");
}

void MailManager::onOrderDelivered(Order* order)
{
    send(order->getCustomerEmail(), "It is there: your order " + order->getPubId(),
         "Have fun with it. You have 14 days to send it back.\n");
}

void MailManager::onOrderReturned(Order* order)
{
    send(order->getCustomerEmail(), "It is back: your order " + order->getPubId(),
         "We have given you back " + money_text(order->getRefunded(), order->getCurrency()) + ".\n");
}

void MailManager::lowStock(const char* track, int left, void* context)
{
    static_cast<MailManager*>(context)->send("warehouse@records-by-mail.example",
                                             std::string("Few are left of ") + track,
                                             std::to_string(left) + " on the shelf.\n");
}
