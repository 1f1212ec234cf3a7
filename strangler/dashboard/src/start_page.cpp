// SPDX-License-Identifier: Apache-2.0
#include "banyan/dashboard/start_page.hpp"

#include <algorithm>
#include <optional>

#include "banyan/dashboard/dashboard.hpp"
#include "banyan/kernel/listed.hpp"

namespace banyan::strangler::dashboard {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string the_modules(const std::vector<std::string>& names) {
  return (names.size() == 1 ? "the module " : "the modules ") + listed(names);
}

std::string what(const StartPage& page) {
  std::vector<std::string> here;
  std::vector<std::string> elsewhere;
  for (const StartModule& module : page.modules) {
    if (module.at.empty()) {
      here.push_back(module.name);
    } else {
      elsewhere.push_back(module.name + " at " + module.at);
    }
  }
  std::string text = page.service + (page.version.empty() ? "" : " " + page.version) + ": ";
  text += here.empty() ? "one process without modules of its own"
                       : "one process with " + the_modules(here);
  if (!elsewhere.empty()) text += "; it also reaches " + listed(elsewhere);
  return text + '.';
}

std::string link(std::string_view href, std::string_view text) {
  return "<a href=\"" + escaped(href) + "\">" + escaped(text) + "</a>";
}

std::string modules(const StartPage& page) {
  std::string text = "<ul>\n";
  for (const StartModule& module : page.modules) {
    text += "<li><code>" + escaped(module.name) + "</code>";
    if (!module.summary.empty()) text += ": " + escaped(module.summary);
    if (!module.at.empty()) text += ", in its own service at " + escaped(module.at);
    for (const std::string& path : module.lists) {
      text += (&path == &module.lists.front() ? " – " : ", ") + link(path, path);
    }
    text += "</li>\n";
  }
  return text + "</ul>";
}

std::string links(const StartPage& page) {
  std::string text = "<ul>\n";
  for (const StartLink& each : page.links) text += "<li>" + link(each.href, each.text) + "</li>\n";
  return text + "</ul>";
}

// Nothing: it is not one of ours.
std::optional<std::string> filled(std::string_view name, const StartPage& page) {
  if (name == "title") return escaped(page.title);
  if (name == "service") return escaped(page.service);
  if (name == "version") return escaped(page.version);
  if (name == "origin") return escaped(page.origin);
  if (name == "what") return escaped(what(page));
  if (name == "modules") return modules(page);
  if (name == "links") return links(page);
  return std::nullopt;
}

bool has_all(const StartPage& page, std::string_view names) {
  while (!names.empty()) {
    const std::size_t blank = std::min(names.find(' '), names.size());
    const std::string_view name = names.substr(0, blank);
    names.remove_prefix(std::min(blank + 1, names.size()));
    if (std::ranges::find(page.modules, name, &StartModule::name) == page.modules.end()) {
      return false;
    }
  }
  return true;
}

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kModules = "#modules ";
constexpr std::string_view kEnd = "{{/modules}}";

}  // namespace

std::string start_page(std::string_view html, const StartPage& page) {
  if (html.empty()) html = file("start.html").value().text;
  std::string out;
  while (true) {
    const std::size_t open = html.find(kOpen);
    const std::size_t close = html.find(kClose, std::min(open, html.size()));
    if (close == std::string_view::npos) return out.append(html);
    const std::string_view name = html.substr(open + 2, close - open - 2);
    out.append(html.substr(0, open));
    html.remove_prefix(close + 2);
    if (name.starts_with(kModules)) {
      const std::size_t end = std::min(html.find(kEnd), html.size());
      if (has_all(page, name.substr(kModules.size()))) {
        out += start_page(html.substr(0, end), page);
      }
      html.remove_prefix(std::min(end + kEnd.size(), html.size()));
    } else if (auto text = filled(name, page)) {
      out += *text;
    } else {
      out.append(kOpen).append(name).append(kClose);
    }
  }
}

}  // namespace banyan::strangler::dashboard
