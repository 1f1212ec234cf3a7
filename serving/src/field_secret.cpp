// SPDX-License-Identifier: Apache-2.0
#include "field_secret.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

#include "banyan/http/list.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/single_quoted.hpp"
#include "banyan/posix/descriptor.hpp"
#include "banyan/serving/secret_file.hpp"

namespace banyan::serving {
namespace {

/// More than any peer takes in a field.
constexpr std::size_t kMost = 8 * 1024;

std::unexpected<std::string> wrong(const std::string& path, std::string_view what) {
  return std::unexpected(path + ' ' + std::string(what));
}

std::unexpected<std::string> unread(const std::string& path) {
  const int reason = errno;
  const std::string how_to_write =
      "write the secret into it, as its only line, with: install -m 600 /dev/stdin " +
      shell_word(path);
  return wrong(path, "cannot be read: " + std::system_category().message(reason) + "; " +
                         how_to_let_read(path, reason).value_or(how_to_write));
}

}  // namespace

std::expected<std::string, std::string> read_field_secret(const std::string& path) {
  // Of a pipe nobody may ever write into, too, it is said at once that it is none.
  const posix::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.valid()) return unread(path);
  struct stat found{};
  if (::fstat(file.number(), &found) != 0) return unread(path);
  if (!S_ISREG(found.st_mode)) {
    return wrong(path, "is no file; name one that has the secret as its only line");
  }
  if (auto open = why_open_to_everybody(file.number(), path)) {
    return std::unexpected(std::move(*open));
  }
  std::string text(kMost + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(file.number(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unread(path);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > kMost) return wrong(path, "is longer than 8 KiB; leave nothing in it but the secret");
  text.resize(size);
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.find_first_of("\r\n") != std::string::npos) {
    return wrong(path,
                 "has several lines, and a header field has one; leave the secret alone in it");
  }
  const std::string secret(http::trimmed(text));
  if (secret.empty()) {
    return wrong(path, "is empty; write the secret into it, as its only line");
  }
  if (!http::is_field_value(secret)) {
    return wrong(path,
                 "has a character that no header field may have; leave the secret alone in it");
  }
  return secret;
}

}  // namespace banyan::serving
