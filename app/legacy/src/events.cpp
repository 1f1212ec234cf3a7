// events.cpp -- see events.h. (B, 2015)
#include "events.h"

#include <algorithm>

EventManager* EventManager::getInstance()
{
    static EventManager* instance = new EventManager;
    return instance;
}

void EventManager::addObserver(OrderObserver* observer)
{
    std::lock_guard<std::mutex> lock(m_mutex);
    m_observers.push_back(observer);
}

void EventManager::removeObserver(OrderObserver* observer)
{
    std::lock_guard<std::mutex> lock(m_mutex);
    m_observers.erase(std::remove(m_observers.begin(), m_observers.end(), observer), m_observers.end());
}

std::vector<OrderObserver*> EventManager::copyOfObservers()
{
    std::lock_guard<std::mutex> lock(m_mutex);
    return m_observers;
}

void EventManager::orderPlaced(Order* order)
{
    std::vector<OrderObserver*> observers = copyOfObservers();
    for (size_t i = 0; i < observers.size(); ++i)
        observers[i]->onOrderPlaced(order);
}

void EventManager::orderCancelled(Order* order)
{
    std::vector<OrderObserver*> observers = copyOfObservers();
    for (size_t i = 0; i < observers.size(); ++i)
        observers[i]->onOrderCancelled(order);
}

void EventManager::orderDelivered(Order* order)
{
    std::vector<OrderObserver*> observers = copyOfObservers();
    for (size_t i = 0; i < observers.size(); ++i)
        observers[i]->onOrderDelivered(order);
}

void EventManager::orderReturned(Order* order)
{
    std::vector<OrderObserver*> observers = copyOfObservers();
    for (size_t i = 0; i < observers.size(); ++i)
        observers[i]->onOrderReturned(order);
}
