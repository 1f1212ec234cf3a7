// SPDX-License-Identifier: Apache-2.0
#include "wikis.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "banyan/test/temporary_folder.hpp"
#include "dokuwiki/wiki_files.hpp"
#include "persistence/memory_wiki.hpp"

namespace wiki {
namespace {

void save(const std::filesystem::path& file, const pages::StoredPage& page) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << page.bytes;
  const std::chrono::sys_seconds saved{std::chrono::seconds(page.saved_at)};
  std::filesystem::last_write_time(file, std::chrono::file_clock::from_sys(saved));
}

std::string line_of(const pages::AccessRule& rule) {
  return rule.scope + (rule.for_everybody ? "\t@ALL\t" : "\t@user\t") +
         (rule.may_read ? "1\n" : "0\n");
}

class FolderOfAWiki {
 public:
  explicit FolderOfAWiki(const Content& content) {
    std::filesystem::create_directories(folder_.path() / "pages");
    save(folder_.path() / "secret.txt", {.bytes = "of nobody's business", .saved_at = 1});
    for (const auto& [name, page] : content.pages) {
      std::string file = name + ".txt";
      std::ranges::replace(file, ':', '/');
      save(folder_.path() / "pages" / file, page);
    }
    std::ofstream access(folder_.path() / "acl.auth.php");
    access << "# acl.auth.php\n# <?php exit()?>\n";
    for (const auto& rule : content.rules) access << line_of(rule);
    access.close();
    wiki_ = dokuwiki::make_wiki_files({folder_.path() / "pages", folder_.path() / "acl.auth.php"});
  }
  pages::Wiki& wiki() const { return *wiki_; }

 private:
  const banyan::test::TemporaryFolder folder_;
  std::unique_ptr<pages::Wiki> wiki_;
};

}  // namespace

Keeping in_memory() {
  return {"memory", [](const Content& content) {
            return std::make_shared<pages::MemoryWiki>(content.pages, content.rules);
          }};
}

Keeping in_files() {
  return {"files", [](const Content& content) {
            const auto folder = std::make_shared<FolderOfAWiki>(content);
            return std::shared_ptr<pages::Wiki>(folder, &folder->wiki());
          }};
}

}  // namespace wiki
