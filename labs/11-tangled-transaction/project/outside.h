// SPDX-License-Identifier: Apache-2.0
// Lab 11. Two who are not in the shop's database and in none of its transactions: what they were
// told, they have done. Both do once what comes again with the same key. With "" as a key they do
// it each time. SHOP_CRASH=outside.charge (refund, parcel) ends the program when it has been done,
// and before the shop has heard of it.
#pragma once

#include <string>

#include "util.h"

// The card terminal. SHOP_OK, or ERR_DATABASE when it cannot be reached.
int terminal_charge(const std::string& key, const std::string& order, i64 amount);
int terminal_refund(const std::string& key, const std::string& order, i64 amount);

// The carrier, who books for good. ERR_TOO_LATE when it takes no more parcels today.
int carrier_book(const std::string& key, const std::string& order);

// The file that they write into, and whether the carrier is full.
void begin_outside(const std::string& file, bool carrier_is_full);
