// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/postgres/fault.hpp"

namespace banyan::postgres {

/// "orders" -> "\"orders\"", as an identifier in SQL; inner quotes doubled.
std::string identifier(std::string_view name);
/// As a literal in SQL.
std::string literal(std::string_view text);

/// `connection` (a libpq URI or "key=value …") with an end to waiting for a server that has gone
/// without a word, as a machine without power does: `connect_timeout` seconds for a new connection,
/// and seconds where libpq would wait for minutes or hours on one that is open (tcp_user_timeout,
/// keepalives_*). What it says itself, and what libpq's environment variables say, stays; one that
/// names a service has what the service says, and nothing of this. One that cannot be read is given
/// back as it is: libpq says what is wrong with it.
std::string with_time_limits(const std::string& connection, int connect_timeout = 5);

/// A connection for scripts and administration: whole scripts, and rows as text. Used by one thread
/// at a time. Everything throws Fault.
class Connection {
 public:
  /// A libpq URI or "key=value …", see with_time_limits().
  /// A server that is away, starting or full is ConnectionLost or Busy: later it may be there. Any
  /// other kind is the configuration's: a wrong password, no such database, a mistyped option.
  static Connection open(const std::string& connection, int connect_timeout = 5);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Every statement of the text, in one transaction unless it says BEGIN.
  void run(const std::string& script);
  using Rows = std::vector<std::vector<std::string>>;
  /// One statement with text parameters $1, $2 …; NULL is "".
  Rows rows(const std::string& sql, const std::vector<std::string>& values = {});
  /// The first value of the first row, or "".
  std::string text(const std::string& sql, const std::vector<std::string>& values = {});

  int server_version() const;  ///< 150018 is 15.18

  /// What other connections have said by NOTIFY on a channel that this one listens to.
  struct Notification {
    std::string channel;
    std::string payload;
  };
  /// Those that have come; waits for none.
  std::vector<Notification> notifications();
  /// Can be read when the server has said something; for poll(2).
  int descriptor() const;

 private:
  struct Close {
    void operator()(::pg_conn* connection) const;
  };
  explicit Connection(::pg_conn* connection);
  std::unique_ptr<::pg_conn, Close> connection_;
};

/// What a column of a prepared statement holds.
enum class ColumnKind : std::uint8_t { Integer, Real, Text, Blob, Other };
struct Column {
  ColumnKind kind = ColumnKind::Other;
  std::string name;
  std::uint32_t type = 0;  ///< its OID
};

/// What a statement that was prepared on somebody else's connection will give.
std::vector<Column> describe(::pg_conn* connection, const std::string& statement);

/// False also when the server has given up the transaction.
bool in_transaction(const ::pg_conn* connection);
bool is_idle(const ::pg_conn* connection);  ///< no transaction is open, not even a failed one
bool is_lost(const ::pg_conn* connection);

}  // namespace banyan::postgres
