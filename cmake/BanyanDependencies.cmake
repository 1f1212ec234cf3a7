# Everything from outside that the kit's libraries need, in one place, for this tree and for those
# that use what it installs. All of it comes from Debian 12 packages (see `./dev deps`).
set(BANYAN_DEPENDENCIES
  "Threads"
  "Boost 1.81"
  "SQLite3"
  "PostgreSQL 15"
  "SOCI 4.0.3 COMPONENTS sqlite3 postgresql"
  "nlohmann_json 3.11"
  "fmt 9"
  "spdlog 1.10"
  "prometheus-cpp COMPONENTS core"
  "tomlplusplus 3.3"
  "OpenSSL 3"
  "Sodium 1.0.18"
  "ZLIB"
  "Protobuf 3.21"
  "Poco 1.11 COMPONENTS Foundation Net Util")
# FindSOCI.cmake, FindSodium.cmake: Debian's packages have no CMake files.
list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")
