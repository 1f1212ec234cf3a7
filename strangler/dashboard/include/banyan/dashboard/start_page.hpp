// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace banyan::strangler::dashboard {

/// A module that can be reached through the process.
struct StartModule {
  std::string name;
  std::string summary;             ///< "Stock and reservations"; may be ""
  std::string at;                  ///< "127.0.0.1:9001" when its service has it, "" when it is here
  std::vector<std::string> lists;  ///< paths that can be looked at as they are: "/albums"
};

struct StartLink {
  std::string href;
  std::string text;
};

/// What a process says about itself under "/".
struct StartPage {
  std::string title;    ///< "Record shop"
  std::string service;  ///< the name that log and metrics have too: "recordshop-catalog"
  std::string version;
  std::string origin;  ///< where the reader found it: "http://localhost:8081", without a slash
  std::vector<StartModule> modules;
  std::vector<StartLink> links;  ///< pages that this process has, besides the modules' lists
};

/// Fills a page of HTML in; "" takes a plain one that suits every process. Known are
///
///     {{title}} {{service}} {{version}} {{origin}}
///     {{what}}       one sentence: which modules are here, and which are elsewhere
///     {{modules}}    a list of them, with links to what can be looked at
///     {{links}}      a list of the other pages
///     {{#modules orders catalog}} … {{/modules}}   only where all of these can be reached
///
/// and stand where text stands, not in attributes or scripts. All that is filled in is escaped,
/// since the origin is what a stranger's request says. Anything else in braces stays as it is.
std::string start_page(std::string_view html, const StartPage& page);

}  // namespace banyan::strangler::dashboard
