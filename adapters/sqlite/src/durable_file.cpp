// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <string>
#include <system_error>

#include "banyan/posix/descriptor.hpp"
#include "banyan/posix/write_all.hpp"
#include "take_over.hpp"

namespace banyan::sqlite {
namespace {

class OpenFile {
 public:
  OpenFile(const std::filesystem::path& path, int flags)
      : path_(path), descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (!descriptor_.valid()) refuse("cannot open");
  }

  void write(std::string_view content) const {
    if (const auto error = posix::write_all(descriptor_, content)) refuse("cannot write", error);
  }

  void sync() const {
    if (::fsync(descriptor_.number()) != 0) refuse("cannot make durable");
  }

  /// Of the first model that is there.
  void belong_to_owner_of(std::initializer_list<std::filesystem::path> models) const {
    struct stat model{};
    for (const std::filesystem::path& each : models) {
      if (each.empty() || ::stat(each.c_str(), &model) != 0) continue;
      if (!take_over(descriptor_.number(), model))
        refuse("cannot give to the owner of the file before");
      return;
    }
  }

 private:
  [[noreturn]] void refuse(const char* what,
                           std::error_code why = {errno, std::generic_category()}) const {
    throw std::filesystem::filesystem_error(what, path_, why);
  }

  std::filesystem::path path_;
  posix::Descriptor descriptor_;
};

}  // namespace

void sync_folder(const std::filesystem::path& folder) {
  OpenFile(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY).sync();
}

void replace_durably(const std::filesystem::path& made, const std::filesystem::path& file) {
  OpenFile(made, O_RDONLY).sync();
  std::filesystem::rename(made, file);
  sync_folder(file.parent_path());
}

void write_durably(const std::filesystem::path& file, std::string_view content,
                   const std::filesystem::path& model) {
  auto part = file;
  part += '.' + std::to_string(::getpid()) + ".part";
  try {
    {
      const OpenFile made(part, O_WRONLY | O_CREAT | O_TRUNC);
      made.belong_to_owner_of({file, model});
      made.write(content);
    }
    replace_durably(part, file);
  } catch (...) {
    ::unlink(part.c_str());  // it has another name once it was renamed
    throw;
  }
}

}  // namespace banyan::sqlite
