// order.h -- an order, from the basket to the carrier and back. (A, 2012; everybody since)
//
// The order desk, the accounts, the warehouse and the mail room all look at the same order, so there is one
// class for it. m_ is for members. Whoever needs another field: add it here, in load(), in save() (twice) and
// in schema.sql.
#ifndef ORDER_H
#define ORDER_H

#include <map>
#include <string>
#include <vector>

#include "customer.h"   // for who has ordered it
#include "util.h"

class Customer;

// What `status` says. The nightly job and the till know numbers only.
#define ORDER_PLACED    1
#define ORDER_PAID      3
#define ORDER_SHIPPED   4
#define ORDER_DELIVERED 5
#define ORDER_RETURNED  8
#define ORDER_CANCELLED 9

#define RETURN_DAYS 14

struct OrderLine
{
    OrderLine() : item_id(0), quantity(0), unit_price(0), line_tax(0), weight_g(0), left(0) {}
    std::string track;      // the item's pub_id
    i64 item_id;
    std::string title;
    i64 quantity;
    i64 unit_price;
    i64 line_tax;
    i64 weight_g;
    int left;               // on the shelf, when this is sold
};

class Order
{
public:
    Order();

    // SHOP_OK, ERR_NOT_FOUND, ERR_DATABASE. With its lines.
    int load(i64 id);
    int load_pub(const char* pub_id);
    int load_key(const char* request_key);

    // A new row with its lines, or all of the row as it is in here. Within the caller's transaction.
    int save();

    // A copy of a customer as he is today: who moves house does not move his parcels.
    void copy_customer(const Customer* customer);
    // NULL when the customer is gone. The caller deletes it.
    Customer* customer() const;

    int add_line(const char* track, i64 quantity);

    // Puts `state` and the old `status` in step.
    void setState(const std::string& state);

    // --- the order desk
    bool can_be_cancelled() const;
    // Asks the database, which knows what day it is.
    bool can_be_returned() const;
    bool is_same_request(const std::string& body) const { return m_request_body == body; }
    std::string to_json() const;
    std::string summary_json() const;

    // --- accounts
    i64 open_amount() const;
    std::string invoice_text() const;
    std::string tax_code() const;

    // --- warehouse
    std::string pick_list() const;
    void make_route();
    int picked_by(const char* picker);
    i64 pieces() const;

    // --- mail room
    std::string postage_class() const;
    bool needs_customs_form() const;

    // (B, 2015) No public members! Use these. (There are some left.)
    i64 getId() const { return m_id; }
    const std::string& getPubId() const { return m_pub_id; }
    i64 getCustomerId() const { return m_customer_id; }
    const std::string& getCustomerName() const { return m_customer_name; }
    const std::string& getCustomerEmail() const { return m_customer_email; }
    const std::string& getState() const { return m_state; }
    int getStatus() const { return m_status; }
    i64 getTotal() const { return m_total; }
    i64 getTax() const { return m_tax; }
    i64 getNet() const { return m_net; }
    i64 getRefunded() const { return m_refunded; }
    const std::string& getCurrency() const { return m_currency; }
    const std::string& getTrackingNo() const { return m_tracking_no; }
    void setPicker(const std::string& picker) { m_picker = picker; }
    void setTrackingNo(const std::string& number) { m_tracking_no = number; }
    size_t getLineCount() const { return m_lines.size(); }
    const OrderLine& getLine(size_t at) const { return m_lines[at]; }

    // 2012, what stands on the card, and what it did not have room for
    i64         m_id;
    i64         m_customer_id;
    std::string m_customer_name;
    std::string m_ship_street;
    std::string m_ship_postal;
    std::string m_ship_city;
    std::vector<OrderLine> m_lines;
    i64         m_net;
    i64         m_tax;
    i64         m_total;
    std::string m_pay_method;
    std::string m_picker;
    int         m_status;
    i64         m_placed_at;
    i64         m_paid_at;
    i64         m_shipped_at;
    std::string m_customer_email;
    std::string m_ship_name;
    i64         m_picked_at;
    i64         m_changed_at;
    std::string m_problem;
    // 2013, abroad
    std::string m_ship_country;
    std::string m_tax_country;
    i64         m_tax_rate;
    std::string m_currency;
    i64         m_ship_weight_g;
    // 2014, fourteen days
    i64         m_delivered_at;
    i64         m_returned_at;
    i64         m_refunded;
    i64         m_refunded_at;
    std::string m_cancel_reason;
    // 2015, what the managers write into it
    std::string m_pay_state;
    std::string m_pay_ref;
    std::string m_tracking_no;
    std::string m_return_no;
    std::string m_shelf_route;
    // 2017, ids that cannot be guessed
    std::string m_pub_id;
    // 2019, states in words; and a double click buys once
    std::string m_state;
    std::string m_fulfilment;
    std::string m_request_key;
    std::string m_request_body;

private:
    int read(const class DbRows& rows);
    int insert();
    int insert_lines();
};

// The one order of an export is a line of the tax office's form. (2013, before the report.)
std::string order_export_line(const Order& order, char separator);

#endif
