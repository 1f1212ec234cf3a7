// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Data/Session.h>
#include <Poco/Mutex.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace acmepay {

struct Credit {
  std::string ref;
  std::int64_t minor = 0;
};

/// A merchant's payment as it stands. `state`: 'A'uthorised, 'D'eclined, 'C'aptured, 'R'eversed.
struct Transaction {
  std::int64_t id = 0;  ///< ours; 0 for one that was reversed before it was heard of
  std::string merchant_ref;
  char state = 'A';
  std::string currency;  ///< ISO 4217, the number
  std::int64_t minor = 0;
  std::string why;  ///< the result code of a decline
  std::vector<Credit> credits;
};

/// What the provider knows and has done: in an SQLite file, or in memory while the program runs.
/// Each call is one transaction. Safe for concurrent use.
class Books {
 public:
  /// ":memory:" keeps nothing.
  explicit Books(const std::string& file);

  std::optional<Transaction> find(const std::string& merchant_ref);

  struct Done {
    Transaction transaction;
    bool changed = false;  ///< false: it was so before
  };
  /// Authorises, or declines with the code `why` unless that is empty.
  Done authorise(Transaction wanted, const std::string& why);
  /// Nothing where nobody knows the payment.
  std::optional<Done> capture(const std::string& merchant_ref);
  /// Remembers what it does not know, so that it will never be authorised.
  Done reverse(const std::string& merchant_ref);
  /// Not changed where the payment is not captured or so much is not left.
  std::optional<Done> credit(const std::string& merchant_ref, const Credit& credit);

  /// All of it as JSON: for those who check.
  std::string to_json();

 private:
  std::optional<Transaction> read(const std::string& merchant_ref);
  void add(Transaction& transaction);
  void set_state(Transaction& transaction, char state);

  Poco::FastMutex mutex_;
  Poco::Data::Session session_;
};

}  // namespace acmepay
