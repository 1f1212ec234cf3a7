// SPDX-License-Identifier: Apache-2.0
#include "scaffold/write.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <system_error>

namespace banyan::cli::scaffold {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot(const std::string& what, const fs::path& path) {
  throw std::system_error(errno, std::generic_category(), what + ' ' + path.string());
}

void write_text(const fs::path& file, const std::string& text) {
  if (file.has_parent_path()) fs::create_directories(file.parent_path());
  errno = 0;
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) cannot("cannot write", file);
}

/// Goes back, step by step, unless it is told that all is done.
class Undo {
 public:
  ~Undo() {
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) (*step)();
  }
  void add(std::function<void()> step) { steps_.push_back(std::move(step)); }
  void forget() { steps_.clear(); }

 private:
  std::vector<std::function<void()>> steps_;
};

void remove_quietly(const fs::path& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

/// A folder on the same file system as the root, so that renaming is enough.
fs::path staging_folder(const fs::path& root) {
  const fs::path parent = root.has_parent_path() ? root.parent_path() : fs::path(".");
  fs::create_directories(parent);
  std::string name = (parent / ".banyan-new-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) cannot("cannot make", name);
  fs::permissions(name, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                            fs::perms::others_read | fs::perms::others_exec);
  return name;
}

void put_in_place(const fs::path& root, const fs::path& staged, const std::vector<fs::path>& tops,
                  const std::vector<Change>& changes) {
  Undo undo;
  for (const fs::path& top : tops) {
    const fs::path place = top.empty() ? root : root / top;
    if (place.has_parent_path()) fs::create_directories(place.parent_path());
    fs::rename(top.empty() ? staged : staged / top, place);
    undo.add([place] { remove_quietly(place); });
  }
  for (const Change& change : changes) {
    const fs::path file = root / change.path;
    const fs::path fresh = file.string() + ".new";
    undo.add([fresh] { remove_quietly(fresh); });
    write_text(fresh, change.after);
    fs::rename(fresh, file);
    undo.add([file, before = change.before] {
      try {
        write_text(file, before);
      } catch (const std::exception&) {
        // The first failure is the one that is told.
      }
    });
  }
  undo.forget();
}

}  // namespace

Result<void> write_all(const fs::path& root, const std::vector<NewFile>& files,
                       const std::vector<fs::path>& tops, const std::vector<Change>& changes) {
  Error there{ErrorCode::AlreadyExists,
              "banyan.exists",
              "nothing was written, because something is there already. Take another name, or move "
              "it away:",
              {}};
  for (const fs::path& top : tops) {
    const fs::path place = top.empty() ? root : root / top;
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(place, ignored))) {
      there.details.push_back({place.string(), "exists"});
    }
  }
  if (!there.details.empty()) return fail(std::move(there));
  try {
    const fs::path staged = staging_folder(root);
    Undo undo;
    undo.add([&staged] { remove_quietly(staged); });
    for (const NewFile& file : files) write_text(staged / file.path, file.text);
    put_in_place(root, staged, tops, changes);
  } catch (const std::system_error& failure) {
    return fail(ErrorCode::Unavailable, "banyan.cannot_write",
                std::string("nothing was written: ") + failure.what() +
                    ". Name a folder that you may write to with --in FOLDER");
  }
  return {};
}

}  // namespace banyan::cli::scaffold
