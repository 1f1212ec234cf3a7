// order.cpp -- see order.h. (A, 2012; B, 2015; C, 2019)
#include "order.h"

#include <stdio.h>
#include <string.h>

#include <algorithm>

#include "db.h"
#include "errors.h"
#include "json.h"

Order::Order()
    : m_id(0), m_customer_id(0), m_net(0), m_tax(0), m_total(0), m_status(ORDER_PLACED), m_placed_at(0),
      m_paid_at(0), m_shipped_at(0), m_picked_at(0), m_changed_at(0), m_tax_rate(0), m_ship_weight_g(0),
      m_delivered_at(0), m_returned_at(0), m_refunded(0), m_refunded_at(0), m_pay_state("open"),
      m_state("placed"), m_fulfilment("in_progress")
{
}

// ------------------------------------------------------------------------------------------------
// in and out of the database

int Order::read(const DbRows& rows)
{
    if (rows.count() == 0) return ERR_NOT_FOUND;
    m_id = rows.num(0, "id");
    m_pub_id = rows.str(0, "pub_id");
    m_customer_id = rows.num(0, "customer_id");
    m_customer_name = rows.str(0, "customer_name");
    m_customer_email = rows.str(0, "customer_email");
    m_status = (int)rows.num(0, "status");
    m_state = rows.str(0, "state");
    m_fulfilment = rows.str(0, "fulfilment");
    m_cancel_reason = rows.str(0, "cancel_reason");
    m_problem = rows.str(0, "problem");
    m_placed_at = rows.num(0, "placed_at");
    m_changed_at = rows.num(0, "changed_at");
    m_request_key = rows.str(0, "request_key");
    m_request_body = rows.str(0, "request_body");
    m_currency = rows.str(0, "currency");
    m_net = rows.num(0, "net");
    m_tax_country = rows.str(0, "tax_country");
    m_tax_rate = rows.num(0, "tax_rate");
    m_tax = rows.num(0, "tax");
    m_total = rows.num(0, "total");
    m_pay_method = rows.str(0, "pay_method");
    m_pay_state = rows.str(0, "pay_state");
    m_pay_ref = rows.str(0, "pay_ref");
    m_paid_at = rows.num(0, "paid_at");
    m_refunded = rows.num(0, "refunded");
    m_refunded_at = rows.num(0, "refunded_at");
    m_picker = rows.str(0, "picker");
    m_picked_at = rows.num(0, "picked_at");
    m_shelf_route = rows.str(0, "shelf_route");
    m_ship_name = rows.str(0, "ship_name");
    m_ship_street = rows.str(0, "ship_street");
    m_ship_postal = rows.str(0, "ship_postal");
    m_ship_city = rows.str(0, "ship_city");
    m_ship_country = rows.str(0, "ship_country");
    m_ship_weight_g = rows.num(0, "ship_weight_g");
    m_tracking_no = rows.str(0, "tracking_no");
    m_return_no = rows.str(0, "return_no");
    m_shipped_at = rows.num(0, "shipped_at");
    m_delivered_at = rows.num(0, "delivered_at");
    m_returned_at = rows.num(0, "returned_at");

    DbRows lines;
    if (db_queryf(&lines, "SELECT l.item_id, i.pub_id, l.title, l.quantity, l.unit_price, l.line_tax, i.weight_g"
                          " FROM order_lines l JOIN item i ON i.id = l.item_id"
                          " WHERE l.order_id = %lld ORDER BY l.position",
                  m_id) < 0)
        return ERR_DATABASE;
    m_lines.clear();
    for (int i = 0; i < lines.count(); i++) {
        OrderLine line;
        line.item_id = lines.num(i, "item_id");
        line.track = lines.str(i, "pub_id");
        line.title = lines.str(i, "title");
        line.quantity = lines.num(i, "quantity");
        line.unit_price = lines.num(i, "unit_price");
        line.line_tax = lines.num(i, "line_tax");
        line.weight_g = lines.num(i, "weight_g");
        m_lines.push_back(line);
    }
    return SHOP_OK;
}

int Order::load(i64 id)
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT * FROM orders WHERE id = %lld", id) < 0) return ERR_DATABASE;
    return read(rows);
}

int Order::load_pub(const char* pub_id)
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT * FROM orders WHERE pub_id = %Q", pub_id) < 0) return ERR_DATABASE;
    return read(rows);
}

int Order::load_key(const char* request_key)
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT * FROM orders WHERE request_key = %Q", request_key) < 0) return ERR_DATABASE;
    return read(rows);
}

int Order::insert()
{
    if (m_pub_id.empty()) {
        char fresh[40];
        shop_id("ord", fresh);
        m_pub_id = fresh;
    }
    const char* key = m_request_key.empty() ? NULL : m_request_key.c_str();
    if (db_execf("INSERT INTO orders (pub_id, customer_id, customer_name, customer_email, status, state,"
                 " fulfilment, cancel_reason, problem, placed_at, changed_at, request_key, request_body,"
                 " currency, net, tax_country, tax_rate, tax, total, pay_method, pay_state, pay_ref, paid_at,"
                 " refunded, refunded_at, picker, picked_at, shelf_route, ship_name, ship_street, ship_postal,"
                 " ship_city, ship_country, ship_weight_g, tracking_no, return_no, shipped_at, delivered_at,"
                 " returned_at) VALUES (%Q, %lld, %Q, %Q, %d, %Q, %Q, %Q, %Q, %lld, %lld, %Q, %Q, %Q, %lld,"
                 " %Q, %lld, %lld, %lld, %Q, %Q, %Q, %lld, %lld, %lld, %Q, %lld, %Q, %Q, %Q, %Q, %Q, %Q, %lld,"
                 " %Q, %Q, %lld, %lld, %lld)",
                 m_pub_id.c_str(), m_customer_id, m_customer_name.c_str(), m_customer_email.c_str(), m_status,
                 m_state.c_str(), m_fulfilment.c_str(), m_cancel_reason.c_str(), m_problem.c_str(), m_placed_at,
                 m_changed_at, key, m_request_body.c_str(), m_currency.c_str(), m_net, m_tax_country.c_str(),
                 m_tax_rate, m_tax, m_total, m_pay_method.c_str(), m_pay_state.c_str(), m_pay_ref.c_str(),
                 m_paid_at, m_refunded, m_refunded_at, m_picker.c_str(), m_picked_at, m_shelf_route.c_str(),
                 m_ship_name.c_str(), m_ship_street.c_str(), m_ship_postal.c_str(), m_ship_city.c_str(),
                 m_ship_country.c_str(), m_ship_weight_g, m_tracking_no.c_str(), m_return_no.c_str(),
                 m_shipped_at, m_delivered_at, m_returned_at) < 0)
        return ERR_DATABASE;
    DbRows made;
    if (db_queryf(&made, "SELECT id FROM orders WHERE pub_id = %Q", m_pub_id.c_str()) < 1) return ERR_DATABASE;
    m_id = made.num(0, "id");
    return insert_lines();
}

int Order::insert_lines()
{
    for (size_t i = 0; i < m_lines.size(); i++) {
        const OrderLine& line = m_lines[i];
        if (db_execf("INSERT INTO order_lines (order_id, position, item_id, title, quantity, unit_price, line_tax)"
                     " VALUES (%lld, %d, %lld, %Q, %lld, %lld, %lld)",
                     m_id, (int)i + 1, line.item_id, line.title.c_str(), line.quantity, line.unit_price,
                     line.line_tax) < 0)
            return ERR_DATABASE;
    }
    return SHOP_OK;
}

int Order::save()
{
    m_changed_at = shop_now();
    if (m_id == 0) return insert();
    // The key stays what it was.
    if (db_execf("UPDATE orders SET customer_name = %Q, customer_email = %Q, status = %d, state = %Q,"
                 " fulfilment = %Q, cancel_reason = %Q, problem = %Q, changed_at = %lld, currency = %Q,"
                 " net = %lld, tax_country = %Q, tax_rate = %lld, tax = %lld, total = %lld, pay_method = %Q,"
                 " pay_state = %Q, pay_ref = %Q, paid_at = %lld, refunded = %lld, refunded_at = %lld,"
                 " picker = %Q, picked_at = %lld, shelf_route = %Q, ship_name = %Q, ship_street = %Q,"
                 " ship_postal = %Q, ship_city = %Q, ship_country = %Q, ship_weight_g = %lld,"
                 " tracking_no = %Q, return_no = %Q, shipped_at = %lld, delivered_at = %lld,"
                 " returned_at = %lld WHERE id = %lld",
                 m_customer_name.c_str(), m_customer_email.c_str(), m_status, m_state.c_str(),
                 m_fulfilment.c_str(), m_cancel_reason.c_str(), m_problem.c_str(), m_changed_at,
                 m_currency.c_str(), m_net, m_tax_country.c_str(), m_tax_rate, m_tax, m_total,
                 m_pay_method.c_str(), m_pay_state.c_str(), m_pay_ref.c_str(), m_paid_at, m_refunded,
                 m_refunded_at, m_picker.c_str(), m_picked_at, m_shelf_route.c_str(), m_ship_name.c_str(),
                 m_ship_street.c_str(), m_ship_postal.c_str(), m_ship_city.c_str(), m_ship_country.c_str(),
                 m_ship_weight_g, m_tracking_no.c_str(), m_return_no.c_str(), m_shipped_at, m_delivered_at,
                 m_returned_at, m_id) < 0)
        return ERR_DATABASE;
    return SHOP_OK;
}

// ------------------------------------------------------------------------------------------------
// what it is made of

void Order::copy_customer(const Customer* customer)
{
    m_customer_id = customer->id;
    m_customer_name = customer->name;
    m_customer_email = customer->email;
    m_ship_name = customer->recipient;
    m_ship_street = customer->street;
    m_ship_postal = customer->postal_code;
    m_ship_city = customer->city;
    m_ship_country = customer->country;
}

Customer* Order::customer() const
{
    Customer* customer = new Customer;
    if (customer->load(m_customer_id) != SHOP_OK) {
        delete customer;
        return NULL;
    }
    return customer;
}

int Order::add_line(const char* track, i64 quantity)
{
    if (quantity < 1 || quantity > 1000 || m_lines.size() >= 100) return ERR_BAD_INPUT;
    for (size_t i = 0; i < m_lines.size(); i++)
        if (m_lines[i].track == track) return ERR_BAD_INPUT;
    OrderLine line;
    line.track = track;
    line.quantity = quantity;
    m_lines.push_back(line);
    return SHOP_OK;
}

void Order::setState(const std::string& state)
{
    m_state = state;
    if (state == "placed") m_status = ORDER_PLACED;
    else if (state == "paid") m_status = ORDER_PAID;
    else if (state == "shipped") m_status = ORDER_SHIPPED;
    else if (state == "delivered") m_status = ORDER_DELIVERED;
    else if (state == "returned") m_status = ORDER_RETURNED;
    else if (state == "cancelled") m_status = ORDER_CANCELLED;
}

// ------------------------------------------------------------------------------------------------
// the order desk

bool Order::can_be_cancelled() const
{
    return m_status == ORDER_PLACED || m_status == ORDER_PAID;
}

bool Order::can_be_returned() const
{
    DbRows rows;
    return db_queryf(&rows, "SELECT 1 FROM orders WHERE id = %lld AND state = 'delivered'"
                            " AND pay_state = 'captured' AND fulfilment = 'done'"
                            " AND delivered_at > %lld - 86400 * %d",
                     m_id, shop_now(), RETURN_DAYS) == 1;
}

// The answer of the web, in the words of the new interface. (C)
std::string Order::to_json() const
{
    Json json;
    json.begin();
    json.str("id", m_pub_id);
    Customer* who = customer();
    json.str("customer", who != NULL ? who->pub_id : "");
    delete who;
    json.str("state", m_state);
    if (m_state == "cancelled") json.str("cancel_reason", m_cancel_reason);
    json.begin_list("lines");
    for (size_t i = 0; i < m_lines.size(); i++) {
        json.begin();
        json.str("track", m_lines[i].track);
        json.str("title", m_lines[i].title);
        json.num("quantity", m_lines[i].quantity);
        json.money("unit_price", m_lines[i].unit_price, m_currency);
        json.end();
    }
    json.end_list();
    json.money("net", m_net, m_currency);
    json.num("tax_rate", m_tax_rate);
    json.money("tax", m_tax, m_currency);
    json.money("total", m_total, m_currency);
    json.str("payment_method", m_pay_method);
    json.str("placed_at", time_text(m_placed_at));
    json.str("fulfilment", m_fulfilment);
    if (!m_problem.empty()) json.str("problem", m_problem);
    json.end();
    return json.text();
}

// What the till shows in its list. Not the new interface's: see repository.cpp for that.
std::string Order::summary_json() const
{
    Json json;
    json.begin();
    json.str("id", m_pub_id);
    json.num("status", m_status);
    json.str("who", m_customer_name);
    json.str("total", money_text(m_total, m_currency));
    json.end();
    return json.text();
}

// ------------------------------------------------------------------------------------------------
// accounts

i64 Order::open_amount() const
{
    if (m_status == ORDER_CANCELLED || m_status == ORDER_RETURNED) return 0;
    return m_pay_method == "account" ? m_total - m_refunded : 0;
}

std::string Order::tax_code() const
{
    char code[48];
    snprintf(code, sizeof code, "%s%02lld", m_tax_country.c_str(), m_tax_rate / 100);
    return code;
}

std::string Order::invoice_text() const
{
    char line[256];
    DbRows rows;
    db_queryf(&rows, "SELECT name, per_sheet FROM countries WHERE code = %Q", m_tax_country.c_str());
    std::string text = "Records by Mail                       INVOICE\n\n";
    text += m_customer_name + "\n" + m_ship_street + "\n" + m_ship_postal + " " + m_ship_city + "\n" +
            rows.str(0, "name") + "\n\n";
    for (size_t i = 0; i < m_lines.size(); i++) {
        if (i > 0 && i % 10 == 0) text += "                                      (sheet " +
                                          std::to_string(i / 10 + 1) + ")\n";
        std::string title = m_lines[i].title.substr(0, 30);
        snprintf(line, sizeof line, "%3lld x %-30s %12s\n", m_lines[i].quantity, title.c_str(),
                 money_text(m_lines[i].unit_price * m_lines[i].quantity, m_currency).c_str());
        text += line;
    }
    snprintf(line, sizeof line, "\n      %-30s %12s\n      %-30s %12s\n      %-30s %12s\n", "net",
             money_text(m_net, m_currency).c_str(), ("tax " + tax_code()).c_str(),
             money_text(m_tax, m_currency).c_str(), "to pay", money_text(m_total, m_currency).c_str());
    text += line;
    if (m_pay_state == "refunded") text += "      paid back\n";
    return text;
}

// ------------------------------------------------------------------------------------------------
// warehouse

static bool nearer(const std::pair<std::string, size_t>& a, const std::pair<std::string, size_t>& b)
{
    return a.first != b.first ? a.first < b.first : a.second < b.second;
}

void Order::make_route()
{
    std::vector<std::pair<std::string, size_t> > stops;
    for (size_t i = 0; i < m_lines.size(); i++) {
        DbRows rows;
        db_queryf(&rows, "SELECT shelf FROM item WHERE id = %lld", m_lines[i].item_id);
        stops.push_back(std::make_pair(rows.str(0, "shelf"), i));
    }
    std::sort(stops.begin(), stops.end(), nearer);
    m_shelf_route.clear();
    for (size_t i = 0; i < stops.size(); i++) {
        if (i > 0 && stops[i].first == stops[i - 1].first) continue;
        if (!m_shelf_route.empty()) m_shelf_route += " ";
        m_shelf_route += stops[i].first.empty() ? "?" : stops[i].first;
    }
}

std::string Order::pick_list() const
{
    char row[160];
    std::string text = "PICK " + m_pub_id + "\nroute " + m_shelf_route + "\n";
    for (size_t i = 0; i < m_lines.size(); i++) {
        DbRows rows;
        db_queryf(&rows, "SELECT i.shelf, a.title FROM item i JOIN albums a ON a.id = i.album_id WHERE i.id = %lld",
                  m_lines[i].item_id);
        std::string title = (m_lines[i].title + " / " + rows.str(0, "title")).substr(0, 50);
        snprintf(row, sizeof row, "%-6s %3lld x %s\n", rows.str(0, "shelf").c_str(), m_lines[i].quantity,
                 title.c_str());
        text += row;
    }
    snprintf(row, sizeof row, "%lld pieces, %lld g, %s\n", pieces(), m_ship_weight_g, postage_class().c_str());
    text += row;
    if (!m_picker.empty()) text += "picked by " + m_picker + " " + time_text(m_picked_at) + "\n";
    return text;
}

int Order::picked_by(const char* picker)
{
    if (m_status != ORDER_PAID) return ERR_TOO_LATE;
    setPicker(picker);
    m_picked_at = shop_now();
    return save();
}

i64 Order::pieces() const
{
    i64 sum = 0;
    for (size_t i = 0; i < m_lines.size(); i++) sum += m_lines[i].quantity;
    return sum;
}

// ------------------------------------------------------------------------------------------------
// mail room

std::string Order::postage_class() const
{
    DbRows rows;
    db_queryf(&rows, "SELECT zone FROM countries WHERE code = %Q", m_ship_country.c_str());
    std::string zone = rows.str(0, "zone");
    if (m_ship_weight_g <= 500) return "letter/" + zone;
    if (m_ship_weight_g <= 2000) return "small parcel/" + zone;
    return "parcel/" + zone;
}

bool Order::needs_customs_form() const
{
    return m_tax_rate == 0 && m_ship_country != "DE";
}

std::string order_export_line(const Order& order, char separator)
{
    return order.getPubId() + separator + time_text(order.m_placed_at) + separator + order.tax_code() + separator +
           std::to_string(order.getNet()) + separator + std::to_string(order.getTax());
}
