// handlers_customer.cpp -- accounts and sessions. (A, 2012; the JSON is C's)
#include "customer.h"
#include "db.h"
#include "errors.h"
#include "handlers.h"
#include "json.h"
#include "login.h"
#include "settings.h"

#define SESSION_COOKIE "SHOPSESSION"

// ------------------------------------------------------------------------------------------------
// who asks

void recognise(const std::string& token)
{
    CurrentUser::get()->forget();
    if (token.empty()) return;
    DbRows rows;
    i64 now = shop_now();
    // Every request writes, so that who is here is not signed out. But not more often than once a minute.
    if (db_queryf(&rows, "SELECT customer_id, seen_at FROM sessions WHERE token = %Q AND seen_at > %lld",
                  token.c_str(), now - 86400LL * g_session_days) < 1)
        return;
    Customer customer;
    if (customer.load(rows.num(0, "customer_id")) != SHOP_OK || customer.closed) return;
    if (rows.num(0, "seen_at") < now - 60)
        db_execf("UPDATE sessions SET seen_at = %lld WHERE token = %Q", now, token.c_str());
    CurrentUser::get()->signIn(customer, token);
}

int from_the_desk(const Request& request, Response& response)
{
    if (request.header("X-Desk-Key") == g_desk_key) return 1;
    response.fail(ERR_NOT_YOURS, "this is for the shop's own PCs");
    return 0;
}

int signed_in(Response& response)
{
    if (CurrentUser::get()->isSignedIn()) return 1;
    response.fail(ERR_WHO_ARE_YOU);
    return 0;
}

// ------------------------------------------------------------------------------------------------

static std::string customer_json(const Customer& customer)
{
    Json json;
    json.begin();
    json.str("id", customer.pub_id);
    json.str("name", customer.getName());
    json.str("email", customer.getEmail());
    json.str("state", customer.closed ? "closed" : "open");
    json.str("credit", customer.getCreditStatus());
    if (customer.credit_status != "good") json.str("credit_reason", customer.credit_reason);
    if (customer.has_address()) {
        json.begin("address");
        json.str("recipient", customer.recipient);
        json.str("street", customer.street);
        json.str("postal_code", customer.postal_code);
        json.str("city", customer.city);
        json.str("country", customer.country);
        json.end();
    }
    json.str("opened_at", time_text(customer.opened_at));
    json.num("version", customer.version);
    json.end();
    return json.text();
}

static void read_address(const JsonIn& address, Customer* customer)
{
    customer->recipient = address.str("recipient");
    customer->street = address.str("street");
    customer->postal_code = address.str("postal_code");
    customer->city = address.str("city");
    customer->country = address.str("country");
}

static int is_password(const std::string& password)
{
    return password.size() >= 8 && password.size() <= 200;
}

static void begin_session(const Customer& customer, Response& response)
{
    std::string token = shop_token();
    db_execf("INSERT INTO sessions (token, customer_id, began_at, seen_at) VALUES (%Q, %lld, %lld, %lld)",
             token.c_str(), customer.id, shop_now(), shop_now());
    response.headers.push_back(std::make_pair(
        std::string("Set-Cookie"), SESSION_COOKIE "=" + token + "; Path=/; HttpOnly; SameSite=Lax"));
}

void open_account(const Request& request, Response& response)
{
    JsonIn body(request.body);
    if (!body.good()) return response.fail(ERR_BAD_INPUT);
    Customer customer;
    customer.name = body.str("name");
    customer.email = body.str("email");
    if (body.has("address")) read_address(body.inner("address"), &customer);
    std::string password = body.str("password");
    std::string why;
    if (customer.check(why) != SHOP_OK) return response.fail(ERR_BAD_INPUT, why);
    if (body.has("address") && !customer.has_address()) return response.fail(ERR_BAD_INPUT, "country");
    if (!password.empty()) {
        if (!is_password(password)) return response.fail(ERR_BAD_INPUT, "a password has 8 to 200 letters");
        customer.set_password(password.c_str());
    }
    int rc = customer.save();
    if (rc != SHOP_OK) return response.fail(rc);
    response.status = 201;
    response.headers.push_back(std::make_pair(std::string("Location"), "/customers/" + customer.pub_id));
    if (!password.empty()) begin_session(customer, response);
    response.json(customer_json(customer));
}

// The customer of the path, as long as it is the one who asks or the desk does. 0 and an answer otherwise.
static int customer_of_path(const Request& request, Response& response, Customer* customer)
{
    std::string id = request.param("id");
    int desk = request.header("X-Desk-Key") == g_desk_key;
    if (!desk && !signed_in(response)) return 0;
    if (!desk && CurrentUser::get()->customer()->pub_id != id) {
        response.fail(ERR_NOT_YOURS);
        return 0;
    }
    int rc = customer->load_pub(id.c_str());
    if (rc != SHOP_OK) response.fail(rc, id);
    return rc == SHOP_OK;
}

static void save_and_answer(Customer* customer, Response& response)
{
    std::string why;
    if (customer->closed) return response.fail(ERR_CLOSED);
    if (customer->check(why) != SHOP_OK) return response.fail(ERR_BAD_INPUT, why);
    int rc = customer->save();
    if (rc != SHOP_OK) return response.fail(rc);
    response.json(customer_json(*customer));
}

void get_customer(const Request& request, Response& response)
{
    Customer customer;
    if (customer_of_path(request, response, &customer)) response.json(customer_json(customer));
}

void rename_customer(const Request& request, Response& response)
{
    Customer customer;
    if (!customer_of_path(request, response, &customer)) return;
    JsonIn body(request.body);
    customer.setName(body.str("name"));
    save_and_answer(&customer, response);
}

void change_address(const Request& request, Response& response)
{
    Customer customer;
    if (!customer_of_path(request, response, &customer)) return;
    JsonIn body(request.body);
    read_address(body.inner("address"), &customer);
    if (!customer.has_address()) return response.fail(ERR_BAD_INPUT, "country");
    save_and_answer(&customer, response);
}

void change_password(const Request& request, Response& response)
{
    Customer customer;
    if (!customer_of_path(request, response, &customer)) return;
    JsonIn body(request.body);
    std::string password = body.str("password");
    if (!is_password(password)) return response.fail(ERR_BAD_INPUT, "a password has 8 to 200 letters");
    if (!customer.password.empty() && !customer.check_password(body.str("current").c_str()))
        return response.fail(ERR_NOT_YOURS, "the password until now is another one");
    customer.set_password(password.c_str());
    save_and_answer(&customer, response);
}

void close_account(const Request& request, Response& response)
{
    Customer customer;
    if (!customer_of_path(request, response, &customer)) return;
    int rc = customer.close_account();
    if (rc != SHOP_OK) return response.fail(rc);
    response.json(customer_json(customer));
}

void put_hold(const Request& request, Response& response)
{
    if (!from_the_desk(request, response)) return;
    Customer customer;
    if (!customer_of_path(request, response, &customer)) return;
    JsonIn body(request.body);
    std::string reason = trimmed(body.str("reason"));
    if (reason.empty() || reason.size() > 200) return response.fail(ERR_BAD_INPUT, "reason");
    int rc = customer.put_on_hold(reason.c_str());
    if (rc != SHOP_OK) return response.fail(rc);
    response.json(customer_json(customer));
}

void delete_hold(const Request& request, Response& response)
{
    if (!from_the_desk(request, response)) return;
    Customer customer;
    if (!customer_of_path(request, response, &customer)) return;
    int rc = customer.restore_credit();
    if (rc != SHOP_OK) return response.fail(rc);
    response.json(customer_json(customer));
}

// ------------------------------------------------------------------------------------------------
// sessions

void sign_in(const Request& request, Response& response)
{
    JsonIn body(request.body);
    Customer customer;
    int rc = customer.load_email(body.str("email").c_str());
    if (rc == ERR_DATABASE) return response.fail(rc);
    // The same answer for an unknown address, and as slowly.
    if (rc != SHOP_OK) customer.set_password("nobody");
    if (!customer.check_password(body.str("password").c_str()) || rc != SHOP_OK)
        return response.fail(ERR_WHO_ARE_YOU, "no such e-mail address and password");
    begin_session(customer, response);
    response.json(customer_json(customer));
}

void get_session(const Request&, Response& response)
{
    if (signed_in(response)) response.json(customer_json(*CurrentUser::get()->customer()));
}

void sign_out(const Request&, Response& response)
{
    if (CurrentUser::get()->isSignedIn())
        db_execf("DELETE FROM sessions WHERE token = %Q", CurrentUser::get()->token().c_str());
    response.headers.push_back(
        std::make_pair(std::string("Set-Cookie"), std::string(SESSION_COOKIE "=; Path=/; Max-Age=0")));
    response.status = 204;
}
