// events.h -- who wants to know of what happens to an order. (B, 2015, after reading the book)
#ifndef EVENTS_H
#define EVENTS_H

#include <mutex>
#include <vector>

class Order;

class OrderObserver
{
public:
    virtual ~OrderObserver() {}
    // In the middle of the transaction, with the order itself: do not keep the pointer, do not save it.
    virtual void onOrderPlaced(Order* order) = 0;
    virtual void onOrderCancelled(Order* order) = 0;
    virtual void onOrderDelivered(Order* order) = 0;
    virtual void onOrderReturned(Order* order) = 0;
};

class EventManager
{
public:
    static EventManager* getInstance();

    // Observers are not owned, and must outlive everything.
    void addObserver(OrderObserver* observer);
    void removeObserver(OrderObserver* observer);

    void orderPlaced(Order* order);
    void orderCancelled(Order* order);
    void orderDelivered(Order* order);
    void orderReturned(Order* order);

private:
    EventManager() {}
    std::vector<OrderObserver*> copyOfObservers();
    std::mutex m_mutex;
    std::vector<OrderObserver*> m_observers;
};

#endif
