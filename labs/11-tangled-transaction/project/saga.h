// SPDX-License-Identifier: Apache-2.0
// Lab 11. A sale as steps, each a transaction of its own. How far it is, is a row; so a program
// that begins finds what another one has left, and goes on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "order.h"

struct Sale {
  std::string id;
  Order order;  // as it is now: read again before each step

  // The same in every attempt, in every process: what has been done under it is not done again.
  std::string key(const std::string& what) const { return id + "/" + what; }
};

// SHOP_OK, ERR_DATABASE (it is tried again later), or another error: no. Then the steps before this
// one are undone, and this one is not.
using Work = std::function<int(Sale&)>;

struct Step {
  std::string name;
  Work run;
  Work undo;  // empty where nothing has to be undone
};

// Of the learner's: place_order_saga.cpp.
std::vector<Step> place_order_saga();

// `work` and a mark of the key, in one transaction. Where the mark is, nothing is done.
int once(const std::string& key, const std::function<int()>& work);

// A point at which the program can be killed (SHOP_CRASH, see debug_point in util.h). The file
// SHOP_POINTS has those that were passed.
void passes(const std::string& point);

// The tables of it.
int prepare_sagas();
// A new sale: the order and its lines in one transaction with the row of the saga. Then the steps.
int begin_sale(const std::string& id, Order* order);
// All that is not done, from where it is.
int resume_sales();
