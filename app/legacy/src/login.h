// login.h -- who is signed in. (B, 2015)
//
// A thread serves one request at a time, so the customer of the request is a matter of the thread. Saves
// passing it through everything: CurrentUser::get()->id() is there wherever one needs it.
#ifndef LOGIN_H
#define LOGIN_H

#include "customer.h"

class CurrentUser
{
public:
    static CurrentUser* get()
    {
        static thread_local CurrentUser current;
        return &current;
    }

    void signIn(const Customer& customer, const std::string& token)
    {
        m_customer = customer;
        m_token = token;
    }
    void forget()
    {
        m_customer = Customer();
        m_token.clear();
    }

    bool isSignedIn() const { return m_customer.id != 0; }
    i64 id() const { return m_customer.id; }
    Customer* customer() { return &m_customer; }
    const std::string& token() const { return m_token; }

private:
    CurrentUser() {}
    Customer m_customer;
    std::string m_token;
};

// From the session's token; "" signs out. In handlers_customer.cpp.
void recognise(const std::string& token);

#endif
