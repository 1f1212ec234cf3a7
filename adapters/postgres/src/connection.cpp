// SPDX-License-Identifier: Apache-2.0
#include "banyan/postgres/connection.hpp"

#include <libpq-fe.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "refusal.hpp"

namespace banyan::postgres {
namespace {

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

Result checked(PGconn* connection, PGresult* raw) {
  Result result(raw);
  switch (PQresultStatus(raw)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY: return result;
    default: throw fault_of(connection, raw);
  }
}

std::string wrapped(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

// The built-in types' OIDs never change (src/include/catalog/pg_type.dat).
ColumnKind kind_of(Oid type) {
  switch (type) {
    case 20:    // int8
    case 21:    // int2
    case 23:    // int4
    case 1700:  // numeric, which sums of int8 are
      return ColumnKind::Integer;
    case 700:
    case 701: return ColumnKind::Real;
    case 17: return ColumnKind::Blob;
    case 18:
    case 19:
    case 25:
    case 1042:
    case 1043: return ColumnKind::Text;
    default: return ColumnKind::Other;
  }
}

// A value as it stands in "key=value".
std::string quoted_value(std::string_view text) {
  std::string out(1, '\'');
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + '\'';
}

/// "service=shop", or PGSERVICE: a section of pg_service.conf.
bool names_a_service(const PQconninfoOption* options) {
  for (; options->keyword != nullptr; ++options) {
    if (std::string_view(options->keyword) != "service") continue;
    return options->val != nullptr || std::getenv("PGSERVICE") != nullptr;
  }
  return false;
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

}  // namespace

std::string with_time_limits(const std::string& connection, int connect_timeout) {
  const std::string timeout = std::to_string(connect_timeout);
  const std::array<std::pair<std::string_view, std::string_view>, 5> limits = {
      {{"connect_timeout", timeout},
       {"tcp_user_timeout", "10000"},
       {"keepalives_idle", "10"},
       {"keepalives_interval", "5"},
       {"keepalives_count", "2"}}};
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(connection.c_str(), nullptr));
  if (options == nullptr) return connection;
  // What is not said here its file may say, which would come second.
  const bool by_service = names_a_service(options.get());
  std::string own;
  std::string kits;  // after what may hold blanks, which SOCI's reader loses at the end
  const auto add = [](std::string& to, std::string_view key, std::string_view value) {
    if (!to.empty()) to += ' ';
    to.append(key).append("=").append(quoted_value(value));
  };
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view key = option->keyword;
    if (option->val != nullptr) {
      add(own, key, option->val);
    } else if (!by_service &&
               (option->envvar == nullptr || std::getenv(option->envvar) == nullptr)) {
      for (const auto& [name, value] : limits) {
        if (name == key) add(kits, key, value);
      }
    }
  }
  return own + ' ' + kits;
}

std::string identifier(std::string_view name) { return wrapped(name, '"'); }

std::string literal(std::string_view text) {
  // standard_conforming_strings is on since 9.1, so that only quotes matter.
  return wrapped(text, '\'');
}

Connection::Connection(PGconn* connection) : connection_(connection) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

void Connection::Close::operator()(PGconn* connection) const { PQfinish(connection); }

Connection Connection::open(const std::string& connection, int connect_timeout) {
  const std::string limited = with_time_limits(connection, connect_timeout);
  // What the connection says itself comes later and wins.
  const char* const keys[] = {"application_name", "dbname", nullptr};
  const char* const values[] = {"banyan", limited.c_str(), nullptr};
  Connection opened(PQconnectdbParams(keys, values, 1));
  PGconn* const native = opened.connection_.get();
  if (native == nullptr || PQstatus(native) != CONNECTION_OK) {
    if (auto refusal = refusal_of(native, connection)) throw *std::move(refusal);
  }
  PQsetNoticeProcessor(native, [](void*, const char*) {}, nullptr);
  return opened;
}

void Connection::run(const std::string& script) {
  checked(connection_.get(), PQexec(connection_.get(), script.c_str()));
}

Connection::Rows Connection::rows(const std::string& sql, const std::vector<std::string>& values) {
  std::vector<const char*> texts;
  texts.reserve(values.size());
  for (const std::string& value : values) texts.push_back(value.c_str());
  const Result result =
      checked(connection_.get(),
              PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(texts.size()), nullptr,
                           texts.data(), nullptr, nullptr, 0));
  Rows rows(static_cast<std::size_t>(PQntuples(result.get())));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      rows[row].emplace_back(PQgetvalue(result.get(), static_cast<int>(row), column));
    }
  }
  return rows;
}

std::string Connection::text(const std::string& sql, const std::vector<std::string>& values) {
  const Rows found = rows(sql, values);
  return found.empty() || found.front().empty() ? std::string() : found.front().front();
}

int Connection::server_version() const { return PQserverVersion(connection_.get()); }

std::vector<Connection::Notification> Connection::notifications() {
  PGconn* const native = connection_.get();
  if (PQconsumeInput(native) == 0) throw fault_of(native, nullptr);
  std::vector<Notification> all;
  while (PGnotify* const raw = PQnotifies(native)) {
    if (raw->be_pid != PQbackendPID(native)) all.push_back({raw->relname, raw->extra});
    PQfreemem(raw);
  }
  return all;
}

int Connection::descriptor() const { return PQsocket(connection_.get()); }

std::vector<Column> describe(PGconn* connection, const std::string& statement) {
  const Result result = checked(connection, PQdescribePrepared(connection, statement.c_str()));
  std::vector<Column> columns;
  for (int i = 0; i < PQnfields(result.get()); ++i) {
    const Oid type = PQftype(result.get(), i);
    columns.push_back({kind_of(type), PQfname(result.get(), i), type});
  }
  return columns;
}

bool in_transaction(const PGconn* connection) {
  const PGTransactionStatusType status = PQtransactionStatus(connection);
  return status == PQTRANS_INTRANS || status == PQTRANS_ACTIVE;
}

bool is_idle(const PGconn* connection) { return PQtransactionStatus(connection) == PQTRANS_IDLE; }

bool is_lost(const PGconn* connection) {
  return connection == nullptr || PQstatus(connection) != CONNECTION_OK;
}

}  // namespace banyan::postgres
