// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "pages/wiki.hpp"

namespace wiki::dokuwiki {

/// What a DokuWiki keeps, where it keeps it.
struct Files {
  std::filesystem::path pages;   ///< the folder data/pages
  std::filesystem::path access;  ///< the file conf/acl.auth.php
};

/// The wiki by its files, which are read anew each time, as the wiki does it, and never written. A
/// page that is being saved at the same moment may be read in part, by the wiki as by this.
std::unique_ptr<pages::Wiki> make_wiki_files(Files files);

}  // namespace wiki::dokuwiki
