// SPDX-License-Identifier: Apache-2.0
#include "state_folder.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace banyan::supervision {
namespace {

namespace fs = std::filesystem;
using posix::Descriptor;

constexpr const char* kSocket = "control";

[[noreturn]] void fail(const fs::path& what) {
  throw std::system_error(errno, std::generic_category(), what.string());
}

/// The path of a Unix socket has 107 bytes at most; that of an open folder is short.
sockaddr_un address_in(int folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(folder) + '/' + kSocket;
  std::ranges::copy(path, address.sun_path);
  return address;
}

Descriptor open_folder(const fs::path& folder) {
  return Descriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

void make_state_folder(const fs::path& folder) {
  fs::create_directories(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail(folder);
}

Descriptor listen_in(const fs::path& folder) {
  const Descriptor open = open_folder(folder);
  if (!open.valid()) fail(folder);
  // One that a killed supervisor has left: we have the lock, so it is nobody's.
  ::unlinkat(open.number(), kSocket, 0);
  Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_un address = address_in(open.number());
  if (!listener.valid() ||
      ::bind(listener.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener.number(), 16) != 0) {
    fail(folder / kSocket);
  }
  return listener;
}

Descriptor connect_to(const fs::path& folder) {
  const Descriptor open = open_folder(folder);
  if (!open.valid()) return {};
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_in(open.number());
  if (!socket.valid() || ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address),
                                   sizeof address) != 0) {
    return {};
  }
  return socket;
}

}  // namespace banyan::supervision
