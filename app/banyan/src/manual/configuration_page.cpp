// SPDX-License-Identifier: Apache-2.0
#include "manual/configuration_page.hpp"

#include <cctype>
#include <string_view>

#include "banyan/routing/keys.hpp"
#include "manual/roff.hpp"

namespace banyan::cli::manual {
namespace {

using strangler::Key;

constexpr std::string_view kIntroduction =
    R"(What `banyan proxy` and the programs of an application read, in TOML. What is wrong is said all at once, with line and column; at a reload the configuration before stays in force.
.PP
A time is "500ms", "10s" or "2m", a size a number of bytes or "64KiB", "10MiB", "1GiB", a share a percentage, "25%". Files are found from the folder of this one.
.PP
A change counts as soon as the file has changed, or after SIGHUP, but for the keys of which this page says that it counts at the next start.
)";

std::string capitalised(std::string_view text) {
  std::string out(text);
  if (!out.empty()) {
    out.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(out.front())));
  }
  return out;
}

std::string key(const Key& each) {
  std::string text = roff::prose(capitalised(each.help)) +
                     ". Expected: " + roff::prose(strangler::expected_of(each)) + '.';
  if (!each.preset.empty()) {
    text += " Default: " + roff::bold(each.preset) + '.';
  } else if (each.otherwise.starts_with("needed")) {
    text += ' ' + roff::prose(capitalised(each.otherwise)) + '.';
  } else if (!each.otherwise.empty()) {
    text += " Without it: " + roff::prose(each.otherwise) + '.';
  }
  if (each.at_restart) text += " A change counts at the next start.";
  return ".TP\n" + roff::bold(each.name) + '\n' + text + '\n';
}

}  // namespace

std::string configuration_page(const PageMargins& margins) {
  std::string out = R"(.\" Made by `banyan manual` from the declarations of the keys; do not edit.)"
                    "\n" +
                    roff::title("banyan.toml", 5, margins.date, margins.version) +
                    roff::heading("Name") + "banyan.toml \\- configuration of the proxy\n" +
                    roff::heading("Description");
  for (std::string_view rest = kIntroduction; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    out += line == ".PP" ? ".PP\n" : roff::sentence(line);
    rest.remove_prefix(line.size() + 1);
  }
  for (const strangler::KeySection& section : strangler::key_sections()) {
    out += ".SH \"" + roff::literal(section.name) + "\"\n" + roff::sentence(section.help);
    for (const Key& each : section.keys) out += key(each);
  }
  return out + roff::heading("See also") + ".BR banyan\\-proxy (1)\n";
}

}  // namespace banyan::cli::manual
