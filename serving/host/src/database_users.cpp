// SPDX-License-Identifier: Apache-2.0
#include "database_users.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <exception>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/run_folder.hpp"
#include "banyan/serving/restart.hpp"

namespace banyan::host {

DatabaseUsers::DatabaseUsers(const std::filesystem::path& database) {
  try {
    const std::string path = serving::location_of(database);
    file_ = http::run_file({std::string(http::kUnixPrefix) + path, 0}, "users");
  } catch (const std::exception&) {
    return;  // no folder to look in; who cannot do without one says so
  }
  descriptor_ =
      posix::Descriptor(::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!descriptor_.valid()) return;
  found_another_ = ::flock(descriptor_.number(), LOCK_EX | LOCK_NB) != 0;
  ::flock(descriptor_.number(), LOCK_SH | LOCK_NB);
}

DatabaseUsers::~DatabaseUsers() {
  if (!descriptor_.valid()) return;
  // The last one takes the file away.
  if (::flock(descriptor_.number(), LOCK_EX | LOCK_NB) == 0) ::unlink(file_.c_str());
}

}  // namespace banyan::host
