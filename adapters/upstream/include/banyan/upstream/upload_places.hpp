// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace banyan::upstream {

/// The places at one instance for requests whose bodies still come, shared out among clients: one
/// that has some gets one more only while it has fewer than are free. So one client gets half of
/// them and a second one a quarter, however many they ask for, and whoever comes next finds room.
/// Alone it is no less than half, where many come by one address; and no number has to be chosen.
///
/// A client is whatever name the caller has for it; "" is nobody in particular, whose share has no
/// bound but the number of places. Safe for concurrent use.
class UploadPlaces {
 public:
  /// Whether enter() would find room now. `most`: how many places there are.
  bool has_room(std::string_view client, std::uint32_t most) const;
  /// False when there is no room; else leave() once.
  bool enter(std::string_view client, std::uint32_t most);
  void leave(std::string_view client);

 private:
  bool admits(std::string_view client, std::uint32_t most) const;

  mutable std::mutex mutex_;
  std::uint32_t taken_ = 0;
  std::map<std::string, std::uint32_t, std::less<>> held_;  ///< by each client that has some
};

}  // namespace banyan::upstream
