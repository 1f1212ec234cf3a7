// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "narrator.hpp"

namespace journey {

struct StoryOptions {
  std::filesystem::path bin;              ///< where the programs are
  std::filesystem::path folder;           ///< for data and logs; empty at the beginning
  std::filesystem::path data;             ///< a Chinook database; "" is the generator
  std::string postgres;                   ///< an empty database; "" is a SQLite file
  std::chrono::milliseconds pace{3'000};  ///< how long each stand is looked at under load
  double rate = 60;                       ///< people who come in a second
};

/// One binary, a module extracted, traffic moved, schema separated, and back. Throws Broken where
/// the shop does not keep a promise.
void tell(const StoryOptions& options, Narrator& narrator);

}  // namespace journey
