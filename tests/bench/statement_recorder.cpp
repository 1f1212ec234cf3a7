// SPDX-License-Identifier: Apache-2.0
// Writes down what a program asks of SQLite, for statement_floor to ask it again.
//   LD_PRELOAD=statement_recorder.so BANYAN_BENCH_DATABASE=FILE BANYAN_BENCH_STATEMENTS=FILE
//   program
// Each statement that is run on the database, by whichever connection, is three texts, each with a
// 0 behind it: the connection's number, the statement as it was prepared, the same with its values.
#include <dlfcn.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/uio.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

namespace {

const char* of_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

iovec part(const char* text) { return {const_cast<char*>(text), std::strlen(text) + 1}; }

// One call each: what several threads run is not mixed up, and a reader finds whole statements.
void write_down(std::uint64_t connection, const char* prepared, const char* ran) {
  static const int file = open(of_environment("BANYAN_BENCH_STATEMENTS"),
                               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const std::string number = std::to_string(connection);
  const std::array<iovec, 3> parts{part(number.c_str()), part(prepared), part(ran)};
  if (writev(file, parts.data(), static_cast<int>(parts.size())) < 0) std::abort();
}

// "-- " begins what SQLite runs by itself, for a trigger or its full text search.
int about_to_run(unsigned /*event*/, void* connection, void* statement, void* text) {
  const char* const prepared = static_cast<const char*>(text);
  if (std::strncmp(prepared, "--", 2) == 0) return 0;
  if (char* const ran = sqlite3_expanded_sql(static_cast<sqlite3_stmt*>(statement))) {
    write_down(reinterpret_cast<std::uintptr_t>(connection), prepared, ran);
    sqlite3_free(ran);
  }
  return 0;
}

bool is_recorded(const char* file) {
  std::error_code none;
  return file != nullptr &&
         std::filesystem::equivalent(file, of_environment("BANYAN_BENCH_DATABASE"), none);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int sqlite3_open_v2(const char* file,
                                                                      sqlite3** connection,
                                                                      int flags, const char* vfs) {
  static std::atomic<std::uintptr_t> connections = 0;
  using Open = int (*)(const char*, sqlite3**, int, const char*);
  static const auto open_as_ever = reinterpret_cast<Open>(dlsym(RTLD_NEXT, "sqlite3_open_v2"));
  const int code = open_as_ever(file, connection, flags, vfs);
  if (code == SQLITE_OK && is_recorded(file)) {
    sqlite3_trace_v2(*connection, SQLITE_TRACE_STMT, about_to_run,
                     reinterpret_cast<void*>(++connections));
  }
  return code;
}
