// handlers.h -- one function for each route. (A and C)
#ifndef HANDLERS_H
#define HANDLERS_H

#include "http.h"

// handlers_catalog.cpp
void list_albums(const Request& request, Response& response);
void get_album(const Request& request, Response& response);
void list_tracks(const Request& request, Response& response);
void get_track(const Request& request, Response& response);
void get_tracks(const Request& request, Response& response);
void search(const Request& request, Response& response);
void change_price(const Request& request, Response& response);
void delete_track(const Request& request, Response& response);
void price_list(const Request& request, Response& response);

// handlers_stock.cpp
void get_stock_level(const Request& request, Response& response);
void post_delivery(const Request& request, Response& response);
void get_consignment(const Request& request, Response& response);
void post_scan(const Request& request, Response& response);
void get_pick_list(const Request& request, Response& response);
void put_picked(const Request& request, Response& response);
void get_label(const Request& request, Response& response);

// handlers_customer.cpp
void open_account(const Request& request, Response& response);
void get_customer(const Request& request, Response& response);
void rename_customer(const Request& request, Response& response);
void change_address(const Request& request, Response& response);
void change_password(const Request& request, Response& response);
void close_account(const Request& request, Response& response);
void put_hold(const Request& request, Response& response);
void delete_hold(const Request& request, Response& response);
void sign_in(const Request& request, Response& response);
void get_session(const Request& request, Response& response);
void sign_out(const Request& request, Response& response);

// handlers_order.cpp
void get_basket(const Request& request, Response& response);
void put_basket(const Request& request, Response& response);
void delete_basket(const Request& request, Response& response);
void post_order(const Request& request, Response& response);
void list_orders(const Request& request, Response& response);
void get_order(const Request& request, Response& response);
void delete_order(const Request& request, Response& response);
void put_return(const Request& request, Response& response);
void get_invoice(const Request& request, Response& response);

// handlers_report.cpp
void get_sales(const Request& request, Response& response);
void get_shelves(const Request& request, Response& response);
void get_history(const Request& request, Response& response);
void get_health(const Request& request, Response& response);
void get_home(const Request& request, Response& response);

// handlers_customer.cpp: 0 and an answer when the request is from none of the shop's own PCs.
int from_the_desk(const Request& request, Response& response);
// 0 and an answer when nobody is signed in.
int signed_in(Response& response);

// handlers_catalog.cpp: places in lists
std::string cursor_made(const std::string& list, const std::string& position);
// 0 and an answer when the cursor is none of this list.
int cursor_read(const Request& request, Response& response, const std::string& list, std::string* position);
// 0 and an answer when it is none from 1 to `most`.
int limit_read(const Request& request, Response& response, int usual, int most, int* limit);

#endif
