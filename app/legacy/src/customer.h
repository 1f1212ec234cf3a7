// customer.h -- who buys. (A, 2012; B made the getters in 2015)
#ifndef CUSTOMER_H
#define CUSTOMER_H

#include <string>
#include <vector>

#include "order.h"      // for what a customer has ordered
#include "util.h"

class Order;

class Customer
{
public:
    Customer();

    // SHOP_OK, ERR_NOT_FOUND, ERR_DATABASE.
    int load(i64 id);
    int load_pub(const char* pub_id);
    // Only who has an open account.
    int load_email(const char* email);

    // A new row, or all of the row as it is in here.
    int save();

    // ERR_BAD_INPUT with what is wrong in `why`.
    int check(std::string& why) const;

    // Buys on, or ERR_ON_HOLD, ERR_CLOSED, ERR_NO_ADDRESS.
    int may_order() const;

    // Of the desk. The nightly job has its own way.
    int put_on_hold(const char* reason);
    int restore_credit();
    int close_account();

    // NULL when there is none. The caller deletes it.
    Order* last_order() const;
    bool owns(const Order* order) const;

    bool check_password(const char* password) const;
    void set_password(const char* password);

    bool has_address() const { return !country.empty(); }

    // (B) So that other classes do not touch the fields.
    const std::string& getName() const { return name; }
    void setName(const std::string& value) { name = value; }
    const std::string& getEmail() const { return email; }
    const std::string& getCountry() const { return country; }
    const std::string& getCreditStatus() const { return credit_status; }
    void setCreditStatus(const std::string& value) { credit_status = value; }

    i64 id;
    std::string pub_id;
    std::string name;
    std::string email;
    std::string password;           // what password.h makes of it
    int closed;
    std::string credit_status;      // good, on_hold
    std::string credit_reason;
    std::string credit_by;
    i64 credit_limit;
    std::string recipient;
    std::string street;
    std::string postal_code;
    std::string city;
    std::string country;
    i64 opened_at;
    int version;

private:
    int read(const class DbRows& rows);
};

// Everybody, oldest first, from after `after` on.
int list_customers(i64 after, int limit, std::vector<Customer>* out);

#endif
