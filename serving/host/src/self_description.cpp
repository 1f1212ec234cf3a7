// SPDX-License-Identifier: Apache-2.0
#include "self_description.hpp"

#include <algorithm>
#include <utility>

#include "banyan/json/shape.hpp"

namespace banyan::host {
namespace {

// What can be looked at by its path alone, without a parameter that somebody must know.
bool can_be_opened(const binding::OperationDescription& described, binding::Trust trust) {
  const bool served =
      trust == binding::Trust::Internal || described.operation->audience == Audience::Public;
  return served && described.at.method == "GET" &&
         described.at.path.find('{') == std::string_view::npos &&
         std::ranges::all_of(described.request->fields,
                             [](const json::Field& field) { return json::is_optional(field); });
}

strangler::dashboard::StartModule start_module(const HostedModule& module, binding::Trust trust) {
  const binding::PortDescription port = module.entry->describe();
  strangler::dashboard::StartModule row{
      .name = module.name(), .summary = std::string(port.port->summary), .at = {}, .lists = {}};
  if (!module.here) row.at = to_string(*module.service);
  for (const binding::OperationDescription& each : port.operations) {
    if (can_be_opened(each, trust)) row.lists.emplace_back(each.at.path);
  }
  return row;
}

}  // namespace

std::string service_name(const Application& application, const std::vector<ModuleEntry>& table,
                         const Options& options) {
  std::vector<std::string_view> here;
  for (const ModuleEntry& entry : table) {
    const bool wanted =
        options.modules.empty() ||
        std::ranges::find(options.modules, entry.port->name) != options.modules.end();
    if (wanted && entry.linkage != Linkage::Extracted) here.push_back(entry.port->name);
  }
  if (here.size() != 1 || table.size() == 1) return application.name;
  return application.name + '-' + std::string(here.front());
}

std::string_view kind_of(const Options& options) {
  return options.trust == binding::Trust::Internal ? "service" : "application";
}

strangler::dashboard::StartPage start_page_of(const Application& application,
                                              const std::string& service, const Assembly& assembly,
                                              binding::Trust trust, bool operators_here,
                                              std::string origin) {
  strangler::dashboard::StartPage page{.title = application.title,
                                       .service = service,
                                       .version = application.version,
                                       .origin = std::move(origin),
                                       .modules = {},
                                       .links = {}};
  for (const auto& module : assembly.modules()) {
    if (module->here || module->service) page.modules.push_back(start_module(*module, trust));
  }
  if (operators_here) {
    page.links.push_back({"/_banyan/", "Modules and traffic, live"});
    page.links.push_back({"/metrics", "Metrics"});
  }
  page.links.push_back({"/openapi.json", "The API's description (OpenAPI 3.1)"});
  page.links.push_back({"/health/ready", "Health"});
  return page;
}

}  // namespace banyan::host
