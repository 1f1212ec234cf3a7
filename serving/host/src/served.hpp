// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "assembly.hpp"
#include "banyan/host/application.hpp"
#include "banyan/serving/served.hpp"
#include "banyan/sql/database.hpp"
#include "banyan/telemetry/log.hpp"
#include "options.hpp"

namespace banyan::host {

/// What an application serves: the operations of its modules, its start page, the description of
/// its API, and what it mounts besides, of which it has made `own` itself. `service` is the name of
/// the process; `operators_here`: their pages are where its clients are. What is passed must
/// outlive it.
serving::Served served_by(const Application& application, const Assembly& assembly,
                          const Options& options, const sql::Database& database,
                          const std::string& service, const telemetry::Log& log,
                          bool operators_here, std::vector<serving::Endpoint> own);

}  // namespace banyan::host
