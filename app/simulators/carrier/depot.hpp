// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Data/Session.h>
#include <Poco/Mutex.h>
#include <Poco/Timestamp.h>

#include <optional>
#include <string>
#include <vector>

namespace overland {

/// One line of a parcel's life, in prose. The number says little: 33 is a delay as well as a query.
struct Scan {
  int st = 10;
  std::string what;
  Poco::Timestamp at;
};

struct Parcel {
  std::string cn;       ///< our number of it, "004170000123"
  std::string ref;      ///< the consignor's
  std::string service;  ///< "STD" to the consignee, "RET" from there to the consignor
  std::string consignee;
  std::string country;
  bool is_withdrawn = false;
  int asked = 1;  ///< how often somebody wanted it lodged
  std::vector<Scan> scans;
};

/// What the carrier has and does, in an SQLite file (or in memory). Safe for concurrent use.
class Depot {
 public:
  explicit Depot(const std::string& file);

  /// False with what is on file when the reference is, and not withdrawn.
  std::pair<bool, Parcel> lodge(const Parcel& wanted);
  enum class Withdrawn : std::uint8_t { Done, TooLate, Unknown };
  Withdrawn withdraw(const std::string& ref);
  /// The newest of that reference.
  std::optional<Parcel> find(const std::string& ref);
  /// What is written down about it; nothing happens to what is withdrawn, or has arrived. Nothing
  /// when there is no such parcel or `step` (uplifted, depot, delayed, delivered; and
  /// undeliverable, not on a way back).
  std::optional<Parcel> move(const std::string& ref, const std::string& step);
  /// All that has happened by itself: uplifted so many seconds after it was lodged, delivered so
  /// many after that. The parcels, each with its newest scan last.
  std::vector<Parcel> go_on(long uplift_after, long deliver_after);

  /// For those who check.
  std::string to_json();

 private:
  std::optional<Parcel> newest(const std::string& ref);
  void read_scans(Parcel& parcel);
  void write(const Parcel& parcel, const Scan& scan);

  Poco::FastMutex mutex_;
  Poco::Data::Session session_;
};

}  // namespace overland
