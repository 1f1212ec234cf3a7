// SPDX-License-Identifier: Apache-2.0
#include "dokuwiki/wiki_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "banyan/posix/descriptor.hpp"
#include "dokuwiki/access_file.hpp"

namespace wiki::dokuwiki {
namespace {

using banyan::Result;
using banyan::posix::Descriptor;
using pages::StoredPage;

auto unreadable(const std::filesystem::path& path, int error) {
  return banyan::fail(banyan::ErrorCode::Unavailable, "pages.wiki_unreadable",
                      path.string() + " cannot be read: " + std::generic_category().message(error));
}

bool says_that_there_is_none(int error) {
  return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG;
}

Result<std::optional<StoredPage>> read(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts{};
  if (!file.valid() || ::fstat(file.number(), &facts) != 0) {
    if (says_that_there_is_none(errno)) return std::nullopt;
    return unreadable(path, errno);
  }
  if (!S_ISREG(facts.st_mode)) return std::nullopt;
  StoredPage page{.bytes = {}, .saved_at = facts.st_mtime};
  std::array<char, 65536> piece{};
  while (true) {
    const ssize_t count = ::read(file.number(), piece.data(), piece.size());
    if (count == 0) return page;
    if (count > 0) {
      page.bytes.append(piece.data(), static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      return unreadable(path, errno);
    }
  }
}

/// The module asks for nothing else; who else might is not led out of the folder.
bool stays_inside(std::string_view name) {
  return !name.contains('/') && !name.contains('\0') && !name.starts_with('.') &&
         !name.contains(":.");
}

class WikiFiles final : public pages::Wiki {
 public:
  explicit WikiFiles(Files files) : files_(std::move(files)) {}

  Result<std::optional<StoredPage>> find(const std::string& name) override {
    if (!stays_inside(name)) return std::nullopt;
    std::string file = name + ".txt";
    std::ranges::replace(file, ':', '/');
    return read(files_.pages / file);
  }

  Result<std::vector<pages::AccessRule>> access_rules() override {
    const auto file = read(files_.access);
    if (!file) return banyan::fail(file.error());
    if (!*file) return unreadable(files_.access, ENOENT);
    return access_rules_in((*file)->bytes);
  }

 private:
  const Files files_;
};

}  // namespace

std::unique_ptr<pages::Wiki> make_wiki_files(Files files) {
  return std::make_unique<WikiFiles>(std::move(files));
}

}  // namespace wiki::dokuwiki
