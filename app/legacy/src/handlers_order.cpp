// handlers_order.cpp -- basket and orders. (A, 2012; the JSON and the list are C's)
#include "checkout.h"
#include "db.h"
#include "errors.h"
#include "handlers.h"
#include "json.h"
#include "login.h"
#include "order.h"
#include "pricing.h"
#include "repository.h"
#include "settings.h"

// ------------------------------------------------------------------------------------------------
// basket

static void answer_basket(Response& response)
{
    Order order;
    int rc = basket_to_order(CurrentUser::get()->id(), &order);
    if (rc < 0) return response.fail(rc);
    Json json;
    json.begin();
    json.begin_list("lines");
    i64 sum = 0;
    std::string currency;
    for (size_t i = 0; i < order.m_lines.size(); i++) {
        PriceLookup found = price_of(order.m_lines[i].track);
        if (found.error != SHOP_OK) continue;
        json.begin();
        json.str("track", order.m_lines[i].track);
        json.str("title", found.title);
        json.num("quantity", order.m_lines[i].quantity);
        json.money("unit_price", found.price, found.currency);
        json.end();
        sum += found.price * order.m_lines[i].quantity;
        currency = found.currency;
    }
    json.end_list();
    if (!currency.empty()) json.money("sum", sum, currency);
    json.end();
    response.json(json.text());
}

void get_basket(const Request&, Response& response)
{
    if (signed_in(response)) answer_basket(response);
}

void put_basket(const Request& request, Response& response)
{
    if (!signed_in(response)) return;
    JsonIn body(request.body);
    i64 quantity = body.num("quantity", -1);
    // More than 99 of one record is a reseller, and they have the price list and the telephone (2013).
    if (quantity < 0 || quantity > 99) return response.fail(ERR_BAD_INPUT, "0 to 99 copies");
    i64 who = CurrentUser::get()->id();
    Order there;
    int lines = basket_to_order(who, &there);
    if (lines < 0) return response.fail(lines);
    if (quantity > 0 && lines >= g_basket_most) {
        int new_line = 1;
        for (int i = 0; i < lines; i++)
            if (there.m_lines[i].track == request.param("track")) new_line = 0;
        if (new_line) return response.fail(ERR_BAD_INPUT, "the basket is full");
    }
    int rc = basket_put(who, request.param("track").c_str(), (int)quantity);
    if (rc != SHOP_OK) return response.fail(rc, request.param("track"));
    answer_basket(response);
}

void delete_basket(const Request&, Response& response)
{
    if (!signed_in(response)) return;
    int rc = basket_clear(CurrentUser::get()->id());
    if (rc != SHOP_OK) return response.fail(rc);
    response.status = 204;
}

// ------------------------------------------------------------------------------------------------
// orders

// Lines of the body, or the basket when it has none.
static int read_lines(const JsonIn& body, Order* order)
{
    if (!body.has("lines")) {
        int rc = basket_to_order(CurrentUser::get()->id(), order);
        return rc < 0 ? rc : SHOP_OK;
    }
    std::vector<JsonIn> lines = body.list("lines");
    for (size_t i = 0; i < lines.size(); i++) {
        int rc = order->add_line(lines[i].str("track").c_str(), lines[i].num("quantity", 0));
        if (rc != SHOP_OK) return rc;
    }
    return SHOP_OK;
}

void post_order(const Request& request, Response& response)
{
    if (!signed_in(response)) return;
    JsonIn body(request.body);
    if (!body.good()) return response.fail(ERR_BAD_INPUT);
    if (body.has("customer") && body.str("customer") != CurrentUser::get()->customer()->pub_id)
        return response.fail(ERR_NOT_YOURS);
    Order order;
    order.m_request_key = request.header("Idempotency-Key");
    order.m_request_body = request.body;
    if (body.has("payment_method")) {
        order.m_pay_method = body.str("payment_method");
        if (order.m_pay_method.empty()) return response.fail(ERR_BAD_INPUT, "payment_method");
    }
    int rc = read_lines(body, &order);
    if (rc != SHOP_OK) return response.fail(rc);
    int again = 0;
    rc = place_order(CurrentUser::get()->customer(), &order, &again);
    if (rc != SHOP_OK) return response.fail(rc);
    response.status = 201;
    response.headers.push_back(std::make_pair(std::string("Location"), "/orders/" + order.getPubId()));
    response.json(order.to_json());
}

void list_orders(const Request& request, Response& response)
{
    if (!signed_in(response)) return;
    std::string before;
    int limit = 0;
    if (!limit_read(request, response, 50, 200, &limit)) return;
    if (!cursor_read(request, response, "orders", &before)) return;
    std::vector<OrderSummary> orders = OrderRepository::shared(Db::instance()->file())
                                           .of_customer(CurrentUser::get()->id(), before, limit + 1);
    Json json;
    json.begin();
    json.begin_list("orders");
    for (size_t i = 0; i < orders.size() && (int)i < limit; i++) {
        json.begin();
        json.str("id", orders[i].id);
        json.str("customer", orders[i].customer);
        json.str("state", orders[i].state);
        json.str("fulfilment", orders[i].fulfilment);
        json.money("total", orders[i].total, orders[i].currency);
        json.str("placed_at", time_text(orders[i].placed_at));
        json.end();
    }
    json.end_list();
    if ((int)orders.size() > limit) json.str("next_cursor", cursor_made("orders", orders[limit - 1].id));
    json.end();
    response.json(json.text());
}

// The customer's own order of the path. 0 and an answer otherwise.
static int own_order(const Request& request, Response& response, Order* order)
{
    if (!signed_in(response)) return 0;
    int rc = order->load_pub(request.param("id").c_str());
    if (rc == SHOP_OK && !CurrentUser::get()->customer()->owns(order)) rc = ERR_NOT_YOURS;
    if (rc != SHOP_OK) response.fail(rc, request.param("id"));
    return rc == SHOP_OK;
}

void get_order(const Request& request, Response& response)
{
    Order order;
    if (own_order(request, response, &order)) response.json(order.to_json());
}

void delete_order(const Request& request, Response& response)
{
    Order order;
    if (!own_order(request, response, &order)) return;
    int rc = cancel_order(&order);
    if (rc != SHOP_OK) return response.fail(rc);
    response.json(order.to_json());
}

void put_return(const Request& request, Response& response)
{
    Order order;
    if (!own_order(request, response, &order)) return;
    int rc = return_order(&order);
    if (rc != SHOP_OK) return response.fail(rc);
    response.json(order.to_json());
}

void get_invoice(const Request& request, Response& response)
{
    Order order;
    if (own_order(request, response, &order)) response.text(order.invoice_text());
}
