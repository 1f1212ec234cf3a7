// routes.cpp -- what is where. (C, 2019)
#include "handlers.h"

void add_routes(Router& router) {
  router.on("GET", "/", get_home);
  router.on("GET", "/health", get_health);

  router.on("GET", "/albums", list_albums);
  router.on("GET", "/albums/{id}", get_album);
  router.on("GET", "/tracks", list_tracks);
  router.on("GET", "/tracks/{id}", get_track);
  router.on("GET", "/tracks-by-id", get_tracks);
  router.on("GET", "/search", search);
  router.on("PUT", "/tracks/{id}/price", change_price);
  router.on("DELETE", "/tracks/{id}", delete_track);
  router.on("GET", "/pricelist.xml", price_list);

  router.on("GET", "/stock/{track}", get_stock_level);
  router.on("POST", "/stock/{track}/deliveries", post_delivery);

  router.on("POST", "/customers", open_account);
  router.on("GET", "/customers/{id}", get_customer);
  router.on("DELETE", "/customers/{id}", close_account);
  router.on("PUT", "/customers/{id}/name", rename_customer);
  router.on("PUT", "/customers/{id}/address", change_address);
  router.on("PUT", "/customers/{id}/password", change_password);
  router.on("PUT", "/customers/{id}/hold", put_hold);
  router.on("DELETE", "/customers/{id}/hold", delete_hold);

  router.on("POST", "/session", sign_in);
  router.on("GET", "/session", get_session);
  router.on("DELETE", "/session", sign_out);

  router.on("GET", "/basket", get_basket);
  router.on("PUT", "/basket/{track}", put_basket);
  router.on("DELETE", "/basket", delete_basket);

  router.on("POST", "/orders", post_order);
  router.on("GET", "/orders", list_orders);
  router.on("GET", "/orders/{id}", get_order);
  router.on("DELETE", "/orders/{id}", delete_order);
  router.on("PUT", "/orders/{id}/return", put_return);
  router.on("GET", "/orders/{id}/invoice", get_invoice);
  router.on("GET", "/orders/{id}/picklist", get_pick_list);
  router.on("PUT", "/orders/{id}/picked", put_picked);
  router.on("GET", "/orders/{id}/label", get_label);

  router.on("GET", "/consignments/{order}", get_consignment);
  router.on("POST", "/carrier/scans", post_scan);

  router.on("GET", "/reports/sales", get_sales);
  router.on("GET", "/reports/shelves", get_shelves);
  router.on("GET", "/reports/history", get_history);
}
