// mail.h -- what customers and the warehouse are written. (B, 2015)
#ifndef MAIL_H
#define MAIL_H

#include <string>

#include "events.h"

class MailManager : public OrderObserver
{
public:
    static MailManager* getInstance();

    // Listens to orders and to the warehouse from now on.
    void start();

    void onOrderPlaced(Order* order) override;
    void onOrderCancelled(Order* order) override;
    void onOrderDelivered(Order* order) override;
    void onOrderReturned(Order* order) override;

    void send(const std::string& to, const std::string& subject, const std::string& body);

private:
    MailManager() {}
    static void lowStock(const char* track, int left, void* context);
};

#endif
