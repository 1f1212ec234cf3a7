// SPDX-License-Identifier: Apache-2.0
#include "kept_descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <utility>

namespace banyan::sqlite {
namespace {

using Inode = std::pair<dev_t, ino_t>;

Inode inode_of(const struct stat& file) { return {file.st_dev, file.st_ino}; }

// Of files that nobody can open any more.
void close_those_of_removed_files(std::multimap<Inode, int>& kept) {
  std::erase_if(kept, [](const auto& each) {
    struct stat found{};
    if (::fstat(each.second, &found) != 0 || found.st_nlink > 0) return false;
    ::close(each.second);
    return true;
  });
}

}  // namespace

int kept_descriptor(const std::filesystem::path& file) {
  static std::mutex mutex;
  // Numbers, not posix::Descriptor: owners would close them with the statics, at the end of the
  // program, while connections may still be open.
  static std::multimap<Inode, int> kept;
  const std::lock_guard lock(mutex);
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return -1;
  if (const auto known = kept.find(inode_of(found)); known != kept.end()) return known->second;
  close_those_of_removed_files(kept);
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  // Perhaps another file than a moment ago, and one that is known: then there are two of it.
  if (::fstat(descriptor, &found) == 0) kept.emplace(inode_of(found), descriptor);
  return descriptor;
}

}  // namespace banyan::sqlite
