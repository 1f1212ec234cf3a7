// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "check/report.hpp"
#include "commands.hpp"
#include "configuration_file.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

int refused(const CheckOptions& options, const std::vector<strangler::FileProblem>& problems) {
  if (options.json) {
    print_line(check::to_json(options.file, problems));
  } else {
    for (const strangler::FileProblem& each : problems) announce(to_string(each));
    print_error("a proxy would not start with " + options.file);
  }
  return kBadConfiguration;
}

bool has(const std::vector<check::Finding>& findings, check::Weight weight) {
  return std::ranges::find(findings, weight, &check::Finding::weight) != findings.end();
}

}  // namespace

int check_file(const CheckOptions& options) {
  std::vector<check::Example> examples;
  for (const std::string& each : options.requests) {
    auto example = check::example_from(each);
    if (!example) {
      print_error({ErrorCode::InvalidArgument, "banyan.usage", "--request: " + example.error(), {}},
                  options.json);
      return kUsage;
    }
    examples.push_back(std::move(*example));
  }
  if (!configuration_is_there(options.file, options.json)) return kBadConfiguration;
  const auto preview =
      serving::Preview::make(options.file, [&](strangler::Configuration& configuration) {
        auto& peers = configuration.trusted_peers;
        peers.insert(peers.end(), options.trusted_peers.begin(), options.trusted_peers.end());
      });
  if (!preview) return refused(options, preview.error());
  const auto store = check::control_store_now(preview->configuration(), options.file);
  const auto findings = check::findings(*preview, store, options.file);
  const check::Report report{options.file, *preview, store, examples, findings};
  if (options.json) {
    print_line(check::to_json(report));
  } else {
    check::print(report);
  }
  if (has(findings, check::Weight::Problem)) return kBadConfiguration;
  return options.strict && has(findings, check::Weight::Warning) ? kRefused : kDone;
}

}  // namespace banyan::cli
