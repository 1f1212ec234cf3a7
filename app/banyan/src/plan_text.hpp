// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/// Plans of the document /plans, for people.
namespace banyan::cli {

/// "catalog: running, step 2 of 5 (5%), 5% of the reads on the new side: a.one: 7 requests …"
std::string plan_line(const nlohmann::ordered_json& plan);

/// Rows for print_table(), the first with the headings.
std::vector<std::vector<std::string>> plan_rows(const nlohmann::ordered_json& plans);
std::vector<std::vector<std::string>> verdict_rows(const nlohmann::ordered_json& verdicts);

}  // namespace banyan::cli
