// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "banyan/serving/served.hpp"
#include "dokuwiki/wiki_itself.hpp"
#include "pages/port.hpp"

namespace wiki::dokuwiki {

/// GET /_export/raw/{page}, in the wiki's place and in its words. The module says what everybody
/// may read; everything else is the wiki's to answer: pages for some only, no page, names that it
/// would write in another way, older revisions. `pages` must outlive it.
banyan::serving::Endpoint page_source(pages::Pages& pages, std::shared_ptr<const WikiItself> wiki);

}  // namespace wiki::dokuwiki
