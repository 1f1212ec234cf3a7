// SPDX-License-Identifier: Apache-2.0
// What the rest of the shop may ask of the warehouse, from now on. No database in it, no class of
// 2015, no number that means something below zero.
#pragma once

#include <memory>
#include <string>

enum class StockError {
  none,
  unknown_track,  // there is no such record, or it was never delivered
  out_of_stock,   // fewer than that; nothing was taken
  bad_quantity,   // 1 to 1000000; nothing was done
  unavailable     // the database cannot be asked
};

// How many there are, or why nobody knows.
struct StockAnswer {
  long long copies = 0;
  StockError error = StockError::none;
};

class StockPort {
 public:
  virtual ~StockPort() = default;
  virtual StockAnswer level(const std::string& track) = 0;
  // Takes so many off the shelf, all of them or none; how many are left.
  virtual StockAnswer reserve(const std::string& track, long long quantity) = 0;
  // Puts a delivery on the shelf; how many there are then.
  virtual StockAnswer receive(const std::string& track, long long quantity) = 0;
};

std::unique_ptr<StockPort> make_stock();
