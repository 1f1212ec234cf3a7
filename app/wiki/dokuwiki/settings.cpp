// SPDX-License-Identifier: Apache-2.0
#include "dokuwiki/settings.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "banyan/host/composition.hpp"
#include "banyan/telemetry/health.hpp"
#include "dokuwiki/page_source.hpp"
#include "dokuwiki/wiki_files.hpp"

namespace wiki::dokuwiki {
namespace {

using banyan::host::OwnParts;
using banyan::host::OwnValues;
using banyan::telemetry::Health;

constexpr std::string_view kWiki = "wiki";
constexpr std::string_view kPages = "wiki-pages";
constexpr std::string_view kAccess = "wiki-access";

std::string given(const OwnValues& options, std::string_view name, std::string_view what) {
  const auto found = options.find(name);
  if (found != options.end()) return found->second;
  throw std::runtime_error("--" + std::string(name) + " is missing: " + std::string(what));
}

Files files_of(const OwnValues& options) {
  Files files{given(options, kPages, "the wiki's folder data/pages"),
              given(options, kAccess, "the wiki's file conf/acl.auth.php")};
  if (!std::filesystem::is_directory(files.pages)) {
    throw std::runtime_error("--" + std::string(kPages) + ": " + files.pages.string() +
                             " is no folder. Give the wiki's folder of pages, data/pages below its"
                             " savedir.");
  }
  if (!std::filesystem::is_regular_file(files.access)) {
    throw std::runtime_error("--" + std::string(kAccess) + ": " + files.access.string() +
                             " is no file. Give the wiki's acl.auth.php, which says who may read"
                             " what.");
  }
  return files;
}

banyan::http::Endpoint address_of(const OwnValues& options) {
  const std::string text =
      given(options, kWiki, "where the wiki itself answers, e.g. 127.0.0.1:3000");
  const auto endpoint = banyan::http::endpoint_from(text);
  if (endpoint) return *endpoint;
  throw std::runtime_error("--" + std::string(kWiki) + ": '" + text +
                           "' is not HOST:PORT, e.g. 127.0.0.1:3000.");
}

/// A folder that is not there any more (a share that is not mounted) looks like a wiki without
/// pages.
Health::Finding look_at(const Files& files) {
  std::error_code ignored;
  if (std::filesystem::is_directory(files.pages, ignored)) return {true, files.pages.string()};
  return {false, files.pages.string() + " is no folder any more: all pages are left to the wiki"};
}

std::unique_ptr<pages::Wiki> make(const OwnParts& own) {
  const Files files = files_of(own.options);
  if (own.health != nullptr) {
    own.health->add("the wiki's files", false, [files] { return look_at(files); });
  }
  return make_wiki_files(files);
}

}  // namespace

std::vector<banyan::host::OwnOption> options() {
  return {{std::string(kWiki), "HOST:PORT",
           "Where the wiki itself answers: what is not for everybody, and what is no page, is asked"
           " there."},
          {std::string(kPages), "FOLDER", "The wiki's folder of pages, data/pages; only read."},
          {std::string(kAccess), "FILE",
           "The wiki's acl.auth.php, which says who may read what; only read."}};
}

banyan::host::Party the_wiki() { return banyan::host::party<pages::Wiki>("pages.wiki", make); }

std::vector<banyan::serving::Endpoint> endpoints(const banyan::host::Ports& ports,
                                                 const OwnParts& own) {
  auto* const pages = ports.find<pages::Pages>();
  if (pages == nullptr) return {};
  return {page_source(
      *pages, std::make_shared<const WikiItself>(address_of(own.options), own.environment.clock))};
}

}  // namespace wiki::dokuwiki
