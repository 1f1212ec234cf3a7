// checkout.h -- from the basket to an order, and back. (A, 2012)
#ifndef CHECKOUT_H
#define CHECKOUT_H

#include "customer.h"
#include "order.h"

// Sells what is in `order` (tracks and quantities, how it is paid) to the customer. SHOP_OK, or why not:
// ERR_ON_HOLD, ERR_CLOSED, ERR_NO_ADDRESS, ERR_BAD_INPUT, ERR_NO_SUCH_TRACK, ERR_MIXED_CURRENCIES,
// ERR_OUT_OF_STOCK, ERR_DECLINED, ERR_KEY_REUSED, ERR_DATABASE. With the key of an order that there is
// already, that one is loaded, and *again is 1.
int place_order(Customer* customer, Order* order, int* again);

// ERR_TOO_LATE when the carrier has it.
int cancel_order(Order* order);

// ERR_NOT_RETURNABLE when it was not delivered, or too long ago.
int return_order(Order* order);

// The customer's basket into an order without a price. How many lines, or an error.
int basket_to_order(i64 customer_id, Order* order);

// 0 takes the line out. SHOP_OK, ERR_NO_SUCH_TRACK, ERR_DATABASE.
int basket_put(i64 customer_id, const char* track, int quantity);
int basket_clear(i64 customer_id);

// What an order that was placed by telephone holds until the postcard comes. (2014, until the telephone
// was given up.)
int hold_for_telephone(i64 item_id, int quantity);

#endif
