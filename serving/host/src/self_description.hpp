// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "assembly.hpp"
#include "banyan/dashboard/start_page.hpp"
#include "banyan/host/application.hpp"
#include "options.hpp"

/// What a process says it is, in its log, its metrics and on its pages.
namespace banyan::host {

/// "recordshop"; where it hosts one module only and others of the application are elsewhere,
/// "recordshop-catalog".
std::string service_name(const Application& application, const std::vector<ModuleEntry>& table,
                         const Options& options);

/// "application", or "service" for a process that other processes of the application call.
std::string_view kind_of(const Options& options);

/// Its start page, as whoever found it at `origin` sees it. Links only to what such a process
/// serves; to the operators' pages where `operators_here`.
strangler::dashboard::StartPage start_page_of(const Application& application,
                                              const std::string& service, const Assembly& assembly,
                                              binding::Trust trust, bool operators_here,
                                              std::string origin);

}  // namespace banyan::host
