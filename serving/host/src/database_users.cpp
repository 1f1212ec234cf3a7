// SPDX-License-Identifier: Apache-2.0
#include "database_users.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <string>
#include <thread>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/run_folder.hpp"
#include "banyan/serving/restart.hpp"
#include "banyan/sqlite/fault.hpp"
#include "banyan/sqlite/file_name.hpp"
#include "banyan/sqlite/file_owner.hpp"

namespace banyan::host {

std::filesystem::path users_file_of(const std::filesystem::path& database) {
  return sqlite::behind_links(database).string() + ".users";
}

DatabaseUsers::DatabaseUsers(const std::filesystem::path& database) {
  try {
    descriptor_ = sqlite::open_like(users_file_of(database), database);
  } catch (const sqlite::Fault&) {
    open_in_run_folder(database);
  }
  if (!descriptor_.valid()) return;
  found_another_ = ::flock(descriptor_.number(), LOCK_EX | LOCK_NB) != 0;
  share();
}

// Who comes at the same time has it alone for a moment, to see whether he is alone.
void DatabaseUsers::share() {
  constexpr auto kAMoment = std::chrono::seconds(1);
  const auto until = std::chrono::steady_clock::now() + kAMoment;
  while (::flock(descriptor_.number(), LOCK_SH | LOCK_NB) != 0 &&
         std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void DatabaseUsers::open_in_run_folder(const std::filesystem::path& database) {
  try {
    const std::string path = serving::location_of(database);
    in_run_folder_ = http::run_file({std::string(http::kUnixPrefix) + path, 0}, "users");
  } catch (const std::exception&) {
    return;  // no folder to look in; who cannot do without one says so
  }
  descriptor_ = posix::Descriptor(
      ::open(in_run_folder_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
}

DatabaseUsers::~DatabaseUsers() {
  // Beside the database it stays, as the writers' lock does: one that is taken away may be open
  // in somebody who has not locked it yet.
  if (!descriptor_.valid() || in_run_folder_.empty()) return;
  if (::flock(descriptor_.number(), LOCK_EX | LOCK_NB) == 0) ::unlink(in_run_folder_.c_str());
}

}  // namespace banyan::host
