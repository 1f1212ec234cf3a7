// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Event.h>
#include <Poco/Logger.h>
#include <Poco/Mutex.h>
#include <Poco/Runnable.h>
#include <Poco/Thread.h>
#include <Poco/Timestamp.h>

#include <map>
#include <string>

#include "depot.hpp"
#include "frame/whims.hpp"

namespace overland {

/// Lets parcels go on by themselves, and pushes to the consignor what has happened, by POST, each
/// push until the answer begins with "ACK": after 0.2, 0.4, 0.8 … 30 seconds, twenty times.
/// Later ones do not wait for earlier ones.
class Pusher final : public Poco::Runnable {
 public:
  struct Pace {
    long uplift_after = 5;  ///< seconds; negative: only by /control
    long deliver_after = 10;
  };
  Pusher(Pace pace, Depot& depot, simulators::Whims& whims, Poco::Logger& logger);
  ~Pusher() override;

  /// The parcel's newest scan.
  void tell(const Parcel& parcel);
  /// From now on somebody else is told, also what is waiting; nobody: "".
  void tell_at(const std::string& url);
  std::string told_at();
  /// How many pushes wait.
  std::size_t waiting();

 private:
  struct Message {
    std::string xml;
    int attempt = 0;
  };

  void run() override;
  bool send(const std::string& url, const std::string& xml) const;

  const Pace pace_;
  Depot& depot_;
  simulators::Whims& whims_;
  Poco::Logger& logger_;
  Poco::FastMutex mutex_;
  std::string url_;
  std::multimap<Poco::Timestamp, Message> waiting_;  ///< by the time at which each is due
  bool is_sending_ = false;
  bool ending_ = false;
  Poco::Event changed_;
  Poco::Thread thread_;
};

}  // namespace overland
