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

#include "books.hpp"
#include "frame/whims.hpp"

namespace acmepay {

/// Tells the merchant what has happened, as XML by POST, each until the merchant says "[accepted]":
/// after 0.2, 0.4, 0.8 … 30 seconds, twenty times. Later ones do not wait for earlier ones.
class Notifier final : public Poco::Runnable {
 public:
  Notifier(std::string merchant, std::string secret, simulators::Whims& whims,
           Poco::Logger& logger);
  ~Notifier() override;

  /// `event`: AUTH_OK, AUTH_KO, SETTLED, REVERSED, CREDITED (then with the credit).
  void tell(const std::string& event, const Transaction& transaction,
            const Credit* credit = nullptr);

  /// From now on somebody else is told, also what is waiting; nobody: "".
  void tell_at(const std::string& url);
  std::string told_at();
  /// How many are on their way, or wait to be sent again.
  std::size_t untold();

 private:
  struct Message {
    std::string xml;
    int attempt = 0;
  };

  void run() override;
  bool send(const std::string& url, const std::string& xml) const;
  std::string next_id();

  const std::string merchant_;
  const std::string secret_;
  simulators::Whims& whims_;
  Poco::Logger& logger_;
  Poco::FastMutex mutex_;
  std::string url_;
  std::multimap<Poco::Timestamp, Message> waiting_;  ///< by the time at which each is due
  std::int64_t told_ = 0;
  bool is_sending_ = false;
  bool ending_ = false;
  Poco::Event changed_;
  Poco::Thread thread_;
};

}  // namespace acmepay
