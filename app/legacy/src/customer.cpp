// customer.cpp -- see customer.h. (A, 2012)
#include "customer.h"

#include <string.h>

#include "db.h"
#include "errors.h"
#include "password.h"

Customer::Customer()
    : id(0), closed(0), credit_status("good"), credit_limit(100000), opened_at(0), version(1)
{
}

int Customer::read(const DbRows& rows)
{
    if (rows.count() == 0) return ERR_NOT_FOUND;
    id = rows.num(0, "id");
    pub_id = rows.str(0, "pub_id");
    name = rows.str(0, "name");
    email = rows.str(0, "email");
    password = rows.str(0, "password");
    closed = (int)rows.num(0, "closed");
    credit_status = rows.str(0, "credit_status");
    credit_reason = rows.str(0, "credit_reason");
    credit_by = rows.str(0, "credit_by");
    credit_limit = rows.num(0, "credit_limit");
    recipient = rows.str(0, "recipient");
    street = rows.str(0, "street");
    postal_code = rows.str(0, "postal_code");
    city = rows.str(0, "city");
    country = rows.str(0, "country");
    opened_at = rows.num(0, "opened_at");
    version = (int)rows.num(0, "version");
    return SHOP_OK;
}

int Customer::load(i64 wanted)
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT * FROM customers WHERE id = %lld", wanted) < 0) return ERR_DATABASE;
    return read(rows);
}

int Customer::load_pub(const char* wanted)
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT * FROM customers WHERE pub_id = %Q", wanted) < 0) return ERR_DATABASE;
    return read(rows);
}

int Customer::load_email(const char* wanted)
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT * FROM customers WHERE email_key = %Q", lower(wanted).c_str()) < 0)
        return ERR_DATABASE;
    return read(rows);
}

int Customer::save()
{
    std::string key = lower(email);
    const char* email_key = closed ? NULL : key.c_str();
    const char* to = country.empty() ? NULL : country.c_str();
    if (id == 0) {
        if (pub_id.empty()) {
            char fresh[40];
            shop_id("cus", fresh);
            pub_id = fresh;
        }
        if (opened_at == 0) opened_at = shop_now();
        DbRows taken;
        if (db_queryf(&taken, "SELECT id FROM customers WHERE email_key = %Q", email_key) > 0)
            return ERR_TAKEN;
        if (db_execf("INSERT INTO customers (pub_id, name, email, email_key, password, closed,"
                     " credit_status, credit_reason, credit_by, credit_limit, recipient, street,"
                     " postal_code, city, country, opened_at, version)"
                     " VALUES (%Q, %Q, %Q, %Q, %Q, %d, %Q, %Q, %Q, %lld, %Q, %Q, %Q, %Q, %Q, %lld, %d)",
                     pub_id.c_str(), name.c_str(), email.c_str(), email_key, password.c_str(), closed,
                     credit_status.c_str(), credit_reason.c_str(), credit_by.c_str(), credit_limit,
                     recipient.c_str(), street.c_str(), postal_code.c_str(), city.c_str(), to, opened_at,
                     version) < 0)
            return ERR_DATABASE;
        DbRows made;
        db_queryf(&made, "SELECT id FROM customers WHERE pub_id = %Q", pub_id.c_str());
        id = made.num(0, "id");
        return SHOP_OK;
    }
    debug_point("customer.save");
    version++;
    // All of it: somebody may have changed anything in here.
    if (db_execf("UPDATE customers SET name = %Q, email = %Q, email_key = %Q, password = %Q, closed = %d,"
                 " credit_status = %Q, credit_reason = %Q, credit_by = %Q, credit_limit = %lld,"
                 " recipient = %Q, street = %Q, postal_code = %Q, city = %Q, country = %Q, version = %d"
                 " WHERE id = %lld",
                 name.c_str(), email.c_str(), email_key, password.c_str(), closed, credit_status.c_str(),
                 credit_reason.c_str(), credit_by.c_str(), credit_limit, recipient.c_str(), street.c_str(),
                 postal_code.c_str(), city.c_str(), to, version, id) < 0)
        return ERR_DATABASE;
    return SHOP_OK;
}

static bool is_email(const std::string& text)
{
    size_t at = text.find('@');
    return at != std::string::npos && at > 0 && text.find('.', at) != std::string::npos &&
           text[text.size() - 1] != '.' && text.find(' ') == std::string::npos;
}

static bool is_long(const std::string& text, size_t most)
{
    size_t letters = 0;
    for (size_t i = 0; i < text.size(); i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80) letters++;
    return letters > most;
}

int Customer::check(std::string& why) const
{
    why.clear();
    if (trimmed(name).empty() || is_long(name, 100)) why = "a name has 1 to 100 letters";
    else if (!is_email(email)) why = "an e-mail address looks like ada@example.org";
    else if (has_address()) {
        DbRows rows;
        if (db_queryf(&rows, "SELECT zone FROM countries WHERE code = %Q", country.c_str()) < 1)
            why = "we do not send to " + country;
        else if (trimmed(recipient).empty() || trimmed(street).empty() || trimmed(city).empty())
            why = "an address has a recipient, a street and a city";
        else if (is_long(recipient, 100) || is_long(street, 100) || is_long(city, 100) ||
                 is_long(postal_code, 20))
            why = "no label has room for that address";
    }
    return why.empty() ? SHOP_OK : ERR_BAD_INPUT;
}

int Customer::may_order() const
{
    if (closed) return ERR_CLOSED;
    if (credit_status != "good") return ERR_ON_HOLD;
    if (!has_address()) return ERR_NO_ADDRESS;
    return SHOP_OK;
}

int Customer::put_on_hold(const char* reason)
{
    if (closed) return ERR_CLOSED;
    if (credit_status == "on_hold" && credit_reason != reason) return ERR_TAKEN;
    credit_status = "on_hold";
    credit_reason = reason;
    credit_by = "desk";
    return save();
}

int Customer::restore_credit()
{
    if (closed) return ERR_CLOSED;
    credit_status = "good";
    credit_reason = "";
    credit_by = "desk";
    return save();
}

int Customer::close_account()
{
    if (closed) return SHOP_OK;
    if (credit_status != "good") return ERR_ON_HOLD;
    closed = 1;
    password = "";
    if (db_execf("DELETE FROM sessions WHERE customer_id = %lld", id) < 0) return ERR_DATABASE;
    if (db_execf("DELETE FROM basket WHERE customer_id = %lld", id) < 0) return ERR_DATABASE;
    return save();
}

Order* Customer::last_order() const
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT id FROM orders WHERE customer_id = %lld ORDER BY id DESC LIMIT 1", id) < 1)
        return NULL;
    Order* order = new Order;
    if (order->load(rows.num(0, "id")) != SHOP_OK) {
        delete order;
        return NULL;
    }
    return order;
}

bool Customer::owns(const Order* order) const
{
    return order != NULL && order->m_customer_id == id;
}

bool Customer::check_password(const char* given) const
{
    return !password.empty() && password_is(given, password);
}

void Customer::set_password(const char* given)
{
    password = password_made(given);
}

int list_customers(i64 after, int limit, std::vector<Customer>* out)
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT id FROM customers WHERE id > %lld ORDER BY id LIMIT %d", after, limit) < 0)
        return ERR_DATABASE;
    for (int i = 0; i < rows.count(); i++) {
        Customer customer;
        if (customer.load(rows.num(i, "id")) == SHOP_OK) out->push_back(customer);
    }
    return SHOP_OK;
}
