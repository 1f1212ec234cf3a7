// SPDX-License-Identifier: Apache-2.0
// The floor of a shop: what its statements cost through sqlite3 alone, with nothing in between.
//   statement_floor DATABASE STATEMENTS FROM TO SECONDS
// Runs what stands from byte FROM to byte TO of STATEMENTS (statement_recorder.cpp says in which
// form), in its order, on as many connections as ran it then, by one thread; each statement is
// prepared once, and each row is read. DATABASE has to be as it was at FROM. Statements that only
// read may be run again until SECONDS have passed; 0: once.
#include <sqlite3.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "statement_floor: %s\n", why.c_str());
  std::exit(1);
}

// --- what was run -------------------------------------------------------------------------------

struct Recorded {
  std::string_view connection;
  std::string_view prepared;
  std::string_view ran;
};

std::string part_of(const char* file, std::size_t from, std::size_t to) {
  std::ifstream in(file, std::ios::binary);
  std::string text(to - from, '\0');
  if (!in.seekg(static_cast<std::streamoff>(from)) ||
      !in.read(text.data(), static_cast<std::streamsize>(text.size()))) {
    give_up(std::string("'") + file + "' has less than " + std::to_string(to) + " bytes");
  }
  return text;
}

std::vector<Recorded> recorded_in(std::string_view text) {
  const auto next = [&text] {
    const std::size_t end = text.find('\0');
    if (end == std::string_view::npos) give_up("the recording ends within a statement");
    const std::string_view found = text.substr(0, end);
    text.remove_prefix(end + 1);
    return found;
  };
  std::vector<Recorded> all;
  while (!text.empty()) {
    const std::string_view connection = next();
    const std::string_view prepared = next();
    all.push_back({connection, prepared, next()});
  }
  return all;
}

// --- values, read from the statement with them in the place of its parameters --------------------

enum class Kind { Null, Integer, Real, Text, Blob };

struct Value {
  int parameter = 0;
  Kind kind = Kind::Null;
  std::int64_t integer = 0;
  double real = 0;
  std::string bytes{};  // of text and blobs
};

char hex_digit(char c) { return static_cast<char>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); }

/// Takes a literal off the front, as sqlite3_expanded_sql() writes it.
Value literal(std::string_view& from) {
  Value value;
  if (from.starts_with("NULL")) {
    from.remove_prefix(4);
    return value;
  }
  const bool blob = from.starts_with("x'");
  if (blob || from.starts_with('\'')) {
    value.kind = blob ? Kind::Blob : Kind::Text;
    std::size_t at = blob ? 2 : 1;
    for (; at < from.size(); ++at) {
      if (from[at] == '\'' && !(at + 1 < from.size() && from[at + 1] == '\'')) break;
      if (from[at] == '\'') ++at;
      value.bytes += from[at];
    }
    from.remove_prefix(std::min(at + 1, from.size()));
    if (blob) {
      std::string bytes;
      for (std::size_t i = 0; i + 1 < value.bytes.size(); i += 2) {
        bytes += static_cast<char>(hex_digit(value.bytes[i]) * 16 + hex_digit(value.bytes[i + 1]));
      }
      value.bytes = std::move(bytes);
    }
    return value;
  }
  std::size_t size = 0;
  while (size < from.size() &&
         (std::isdigit(static_cast<unsigned char>(from[size])) != 0 || from[size] == '.' ||
          from[size] == 'e' ||
          ((from[size] == '-' || from[size] == '+') && (size == 0 || from[size - 1] == 'e')))) {
    ++size;
  }
  const std::string number(from.substr(0, size));
  from.remove_prefix(size);
  if (number.find_first_of(".e") == std::string::npos) {
    value.kind = Kind::Integer;
    value.integer = std::strtoll(number.c_str(), nullptr, 10);
  } else {
    value.kind = Kind::Real;
    value.real = std::strtod(number.c_str(), nullptr);
  }
  return value;
}

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// How long a parameter is that begins here; 0 where none does.
std::size_t parameter_at(std::string_view sql) {
  if (!sql.starts_with('?') &&
      (sql.size() < 2 || std::string_view(":@$").find(sql[0]) == std::string_view::npos ||
       !is_name(sql[1]))) {
    return 0;
  }
  std::size_t size = 1;
  while (size < sql.size() && is_name(sql[size])) ++size;
  return size;
}

/// Nothing when the two do not fit together.
std::optional<std::vector<Value>> values_of(sqlite3_stmt* statement, const Recorded& recorded) {
  std::vector<Value> values;
  std::string_view sql = recorded.prepared;
  std::string_view ran = recorded.ran;
  int largest = 0;
  char quote = '\0';
  while (!sql.empty()) {
    const std::size_t size = quote == '\0' ? parameter_at(sql) : 0;
    if (size == 0) {
      if (ran.empty() || sql.front() != ran.front()) return std::nullopt;
      if (quote != '\0') {
        if (sql.front() == quote) quote = '\0';
      } else if (sql.front() == '\'' || sql.front() == '"' || sql.front() == '`') {
        quote = sql.front();
      }
      sql.remove_prefix(1);
      ran.remove_prefix(1);
      continue;
    }
    Value value = literal(ran);
    value.parameter = size == 1 ? largest + 1
                                : sqlite3_bind_parameter_index(
                                      statement, std::string(sql.substr(0, size)).c_str());
    largest = std::max(largest, value.parameter);
    values.push_back(std::move(value));
    sql.remove_prefix(size);
  }
  return values;
}

// --- running it again ---------------------------------------------------------------------------

struct Connection {
  sqlite3* handle = nullptr;
  std::map<std::string_view, sqlite3_stmt*> statements{};
};

struct Run {
  Connection* on = nullptr;
  sqlite3_stmt* statement = nullptr;
  std::vector<Value> values{};
};

/// With the settings that the shop has, too.
sqlite3* open(const char* file) {
  sqlite3* handle = nullptr;
  if (sqlite3_open_v2(file, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) !=
          SQLITE_OK ||
      sqlite3_exec(
          handle,
          "PRAGMA journal_mode = WAL; PRAGMA temp_store = MEMORY; PRAGMA synchronous = FULL;"
          "PRAGMA foreign_keys = ON",
          nullptr, nullptr, nullptr) != SQLITE_OK) {
    give_up(std::string("'") + file + "' cannot be opened: " + sqlite3_errmsg(handle));
  }
  return handle;
}

void bind(sqlite3_stmt* statement, const Value& value) {
  switch (value.kind) {
    case Kind::Null: sqlite3_bind_null(statement, value.parameter); return;
    case Kind::Integer: sqlite3_bind_int64(statement, value.parameter, value.integer); return;
    case Kind::Real: sqlite3_bind_double(statement, value.parameter, value.real); return;
    case Kind::Text:
      sqlite3_bind_text(statement, value.parameter, value.bytes.data(),
                        static_cast<int>(value.bytes.size()), SQLITE_STATIC);
      return;
    case Kind::Blob:
      sqlite3_bind_blob(statement, value.parameter, value.bytes.data(),
                        static_cast<int>(value.bytes.size()), SQLITE_STATIC);
      return;
  }
}

std::uint64_t seen = 0;  // of what was read: nothing may be left out because nobody looks

void read_row(sqlite3_stmt* statement) {
  const int columns = sqlite3_column_count(statement);
  for (int i = 0; i < columns; ++i) {
    switch (sqlite3_column_type(statement, i)) {
      case SQLITE_INTEGER:
        seen += static_cast<std::uint64_t>(sqlite3_column_int64(statement, i));
        break;
      case SQLITE_FLOAT: seen += sqlite3_column_double(statement, i) > 0 ? 1 : 0; break;
      case SQLITE_NULL: break;
      default:
        if (sqlite3_column_blob(statement, i) != nullptr) {
          seen += static_cast<std::uint64_t>(sqlite3_column_bytes(statement, i));
        }
    }
  }
}

class Floor {
 public:
  Floor(const char* file, const std::vector<Recorded>& recorded) {
    for (const Recorded& each : recorded) add(file, each);
  }
  ~Floor() {
    for (auto& [number, connection] : connections_) {
      for (const auto& [sql, statement] : connection.statements) sqlite3_finalize(statement);
      sqlite3_close(connection.handle);
    }
  }
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  void run() {
    for (const Run& each : runs_) run(each);
    // What was cut off at the end of the recording is not to stand in the way of the next round.
    for (auto& [number, connection] : connections_) {
      if (sqlite3_get_autocommit(connection.handle) == 0) {
        sqlite3_exec(connection.handle, "ROLLBACK", nullptr, nullptr, nullptr);
      }
    }
  }

  std::size_t statements() const { return runs_.size(); }
  std::size_t refused() const { return refused_; }
  const std::string& first_refusal() const { return first_refusal_; }

 private:
  void add(const char* file, const Recorded& recorded) {
    Connection& connection = connections_[recorded.connection];
    if (connection.handle == nullptr) connection.handle = open(file);
    sqlite3_stmt*& statement = connection.statements[recorded.prepared];
    if (statement == nullptr &&
        sqlite3_prepare_v3(connection.handle, recorded.prepared.data(),
                           static_cast<int>(recorded.prepared.size()), SQLITE_PREPARE_PERSISTENT,
                           &statement, nullptr) != SQLITE_OK) {
      refuse(recorded.prepared, sqlite3_errmsg(connection.handle));
      return;
    }
    auto values = values_of(statement, recorded);
    if (!values) return refuse(recorded.prepared, "its values cannot be read");
    runs_.push_back({&connection, statement, *std::move(values)});
  }

  void run(const Run& one) {
    for (const Value& value : one.values) bind(one.statement, value);
    int code = sqlite3_step(one.statement);
    for (; code == SQLITE_ROW; code = sqlite3_step(one.statement)) read_row(one.statement);
    if (code != SQLITE_DONE) refuse(sqlite3_sql(one.statement), sqlite3_errmsg(one.on->handle));
    sqlite3_reset(one.statement);
  }

  void refuse(std::string_view sql, const char* why) {
    if (refused_++ == 0) first_refusal_ = std::string(why) + ": " + std::string(sql);
  }

  std::map<std::string_view, Connection> connections_;  // they stay where they are
  std::deque<Run> runs_;
  std::size_t refused_ = 0;
  std::string first_refusal_;
};

// --- what it costs ------------------------------------------------------------------------------

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::size_t number(const char* text) { return std::strtoull(text, nullptr, 10); }

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fputs("usage: statement_floor DATABASE STATEMENTS FROM TO SECONDS\n", stderr);
    return 2;
  }
  const std::string text = part_of(arguments[2], number(arguments[3]), number(arguments[4]));
  Floor floor(arguments[1], recorded_in(text));
  const std::chrono::seconds seconds(number(arguments[5]));
  if (seconds.count() > 0) floor.run();  // warm
  const std::size_t refused_before = floor.refused();

  const auto until = std::chrono::steady_clock::now() + seconds;
  const double begin = cpu_seconds();
  int rounds = 0;
  do {
    floor.run();
    ++rounds;
  } while (std::chrono::steady_clock::now() < until);
  const double cpu = (cpu_seconds() - begin) / rounds;

  if (floor.refused() > 0) {
    std::fprintf(stderr, "statement_floor: refused, the first of %zu: %s\n", floor.refused(),
                 floor.first_refusal().c_str());
  }
  std::printf(
      "{\"cpu\": %.9f, \"statements\": %zu, \"refused\": %zu, \"rounds\": %d, \"read\": %llu}\n",
      cpu, floor.statements(), seconds.count() > 0 ? refused_before : floor.refused(), rounds,
      static_cast<unsigned long long>(seen));
  return 0;
}
