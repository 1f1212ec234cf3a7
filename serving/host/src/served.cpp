// SPDX-License-Identifier: Apache-2.0
#include "served.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "banyan/binding/openapi.hpp"
#include "banyan/binding/operation_table.hpp"
#include "description.hpp"
#include "saga_desk.hpp"
#include "self_description.hpp"

namespace banyan::host {
namespace {

// Every operation that can be reached through this process. Those of a module that is not here have
// no `answer`: they are only ever forwarded. Those of a routed one go through the routed port: a
// write whose body was long in coming, or that waited for a worker, asks the table once more, and
// finds the side that has the writes now.
std::vector<binding::BoundOperation> operations_of(const HostedModule& module) {
  if (module.here) {
    return module.entry->bind(module.routed ? module.routed : module.local(), system_clock());
  }
  const binding::PortDescription port = module.entry->describe();
  std::vector<binding::BoundOperation> all;
  all.reserve(port.operations.size());
  for (const auto& operation : port.operations) {
    all.push_back(
        {port.port, operation.operation, operation.at, {}, operation.response, operation.request});
  }
  return all;
}

std::string flavour(const Assembly& assembly) {
  std::string text;
  for (const auto& module : assembly.modules()) {
    const Linkage linkage = module->entry->linkage;
    if (linkage == Linkage::Linked) continue;
    text += (text.empty() ? "" : ", ") + module->name() +
            (linkage == Linkage::Routed ? " routed" : " extracted");
  }
  return text.empty() ? "everything linked" : text;
}

serving::Endpoint text_at(std::string name, std::string path, std::string type, std::string text,
                          std::string policy = {}) {
  serving::Endpoint endpoint;
  endpoint.name = std::move(name);
  endpoint.path = std::move(path);
  endpoint.answer = [type = std::move(type), text = std::move(text), policy = std::move(policy)](
                        const http::Request&, const Context&) {
    http::Response response;
    response.head.status = 200;
    response.head.fields.add("Content-Type", type);
    response.head.fields.add("Cache-Control", "no-store");
    response.head.fields.add("X-Content-Type-Options", "nosniff");
    if (!policy.empty()) response.head.fields.add("Content-Security-Policy", policy);
    response.body = text;
    return response;
  };
  return endpoint;
}

std::string api_description(const Application& application, const Assembly& assembly,
                            binding::Trust trust) {
  std::vector<binding::PortDescription> ports;
  for (const auto& module : assembly.modules()) {
    if (module->here || module->service) ports.push_back(module->entry->describe());
  }
  return binding::openapi(
      {application.title, application.version, application.description}, ports,
      trust == binding::Trust::Internal ? Audience::Internal : Audience::Public);
}

serving::Endpoint api_at(const Application& application, const Assembly& assembly,
                         binding::Trust trust) {
  serving::Endpoint endpoint = text_at("openapi", "/openapi.json", "application/json",
                                       api_description(application, assembly, trust));
  endpoint.at_once = true;
  return endpoint;
}

// It says where the reader found it, so it is made anew each time.
serving::Endpoint home(const Application& application, const Assembly& assembly,
                       const Options& options, const std::string& service, bool operators_here,
                       std::string path) {
  serving::Endpoint endpoint = text_at("home", std::move(path), "text/html; charset=utf-8", {},
                                       "default-src 'none'; style-src 'unsafe-inline'");
  endpoint.answer = [&application, &assembly, trust = options.trust, service, operators_here,
                     frame = std::move(endpoint.answer)](const http::Request& request,
                                                         const Context& context) {
    const auto host = request.head.fields.find("Host").value_or(std::string_view("localhost"));
    http::Response response = frame(request, context);
    response.body = strangler::dashboard::start_page(
        application.home_page, start_page_of(application, service, assembly, trust, operators_here,
                                             "http://" + std::string(host)));
    return response;
  };
  return endpoint;
}

}  // namespace

serving::Served served_by(const Application& application, const Assembly& assembly,
                          const Options& options, const sql::Database& database,
                          const std::string& service, const telemetry::Log& log,
                          bool operators_here, std::vector<serving::Endpoint> own) {
  serving::Served served;
  served.title = application.title;
  served.kind = kind_of(options);
  served.version = application.version;
  served.flavour = flavour(assembly);
  served.context = {.trust = options.trust, .budget = options.budget};
  for (const auto& module : assembly.modules()) {
    if (!module->here && !module->service) continue;
    serving::ServedModule& row = served.modules.emplace_back();
    row.name = module->name();
    row.operations =
        served_to(has_callers_inside(options) ? binding::Trust::Internal : binding::Trust::Edge,
                  operations_of(*module));
    row.workers = module->workers.get();
    if (module->transport) row.service = module->transport->shared_group();
    row.routed = module->routed != nullptr;
    row.both_reach_data = module->both_reach_data(database.source().engine);
    row.runs = module->runs();
    row.needs = module->entry->needs;
    row.callers = [&assembly, name = row.name] { return assembly.callers_of(name); };
    if (module->here) {
      row.data = [&database, name = row.name] {
        return database.source_of(name).file.filename().string();
      };
    }
  }
  std::vector<ModuleEntry> table;
  for (const auto& module : assembly.modules()) table.push_back(*module->entry);
  const map::Description description = description_of(application, table);
  served.map = [description, &assembly] {
    return map::context_map_svg(description, places_of(assembly), map::Colours::OfThePage);
  };
  served.documents.push_back({"description", [description, &assembly] {
                                return map::to_json(with_callers(description, assembly));
                              }});
  const SagaDesk sagas(assembly, log);
  served.documents.push_back({"sagas", [sagas] { return sagas.list(); }});
  served.desks.push_back(
      {"sagas", [sagas](const strangler::AdminRequest& request) { return sagas.answer(request); }});
  served.endpoint_threads = {options.workers, options.queue};
  served.endpoints = application.endpoints;
  std::ranges::move(own, std::back_inserter(served.endpoints));
  const bool taken =
      std::ranges::find(served.endpoints, "/", &serving::Endpoint::path) != served.endpoints.end();
  served.endpoints.push_back(
      home(application, assembly, options, service, operators_here, taken ? "/about" : "/"));
  served.endpoints.push_back(api_at(application, assembly, options.trust));
  if (options.trust == binding::Trust::Internal) {
    for (serving::Endpoint& each : served.endpoints) each.audience = Audience::Internal;
  } else if (options.internal_address) {
    served.endpoints.push_back(api_at(application, assembly, binding::Trust::Internal));
    served.endpoints.back().audience = Audience::Internal;
  }
  return served;
}

}  // namespace banyan::host
