// SPDX-License-Identifier: Apache-2.0
// The table for other proxies.
#include <memory>

#include "command_line/groups.hpp"
#include "commands/export.hpp"

namespace banyan::cli {

void add_export(CommandSet& set) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* added = set.command(
      "export",
      "Write the table (the routes of banyan.toml, and where their traffic is) as configuration of "
      "HAProxy or nginx, and tell what they do otherwise",
      "  banyan export haproxy\n"
      "  banyan export nginx --listen 127.0.0.1:8081 --out nginx    beside what runs\n"
      "  banyan export haproxy --store control.db --revision 12\n"
      "  banyan export nginx --url http://127.0.0.1:9180\n"
      "\nThe stages are those of the control store that the file names, unless --store or --url "
      "names\nanother.",
      [&set, options] {
        options->asks_process = set.names_a_process();
        return export_table(set.target(), *options);
      });
  set.asks(added);
  added->add_option("ENGINE", options->engine, "haproxy or nginx")
      ->required()
      ->check(CLI::IsMember({"haproxy", "nginx"}));
  added->add_option("--config", options->file, "The configuration")->capture_default_str();
  CLI::Option* revision = added->add_option(
      "--revision", options->revision,
      "The stages as they were after that change of the switch log; 0 is before all");
  revision->check(check_revision);
  added->add_option("--out", options->out, "The folder of the files")->default_str("ENGINE");
  added
      ->add_option("--listen", options->listen,
                   "Where the other proxy listens, in place of what the file says; may be repeated")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
  added
      ->add_option("--hash", options->hash,
                   "banyan: users keep the side that they have, by a script beside the files; "
                   "engine: by a hash that is built in, at which others move")
      ->capture_default_str()
      ->check(CLI::IsMember({"banyan", "engine"}));
  added->add_flag("--force", options->force, "Write over files that somebody else has written");
  set.refuse_if([&set, revision] {
    return revision->count() != 0 && set.names_a_process()
               ? std::string(
                     "--revision looks into a control store, and --url asks a process, "
                     "which tells how it is now; give one of them")
               : std::string();
  });
}

}  // namespace banyan::cli
