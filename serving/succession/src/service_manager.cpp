// SPDX-License-Identifier: Apache-2.0
#include "banyan/succession/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#include "banyan/posix/descriptor.hpp"

namespace banyan::succession {

// sd_notify(3): one datagram to $NOTIFY_SOCKET; a name that begins with '@' is not in the file
// system.
bool tell_service_manager() {
  const char* const named = std::getenv("NOTIFY_SOCKET");
  if (named == nullptr) return false;
  const std::string_view path(named);
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof where.sun_path) return false;
  path.copy(&where.sun_path[0], path.size());
  if (path.front() == '@') where.sun_path[0] = '\0';
  const posix::Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const std::string text = "READY=1\nMAINPID=" + std::to_string(::getpid()) + '\n';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  return ::sendto(socket.number(), text.data(), text.size(), MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&where),
                  size) == static_cast<ssize_t>(text.size());
}

}  // namespace banyan::succession
