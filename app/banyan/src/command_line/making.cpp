// SPDX-License-Identifier: Apache-2.0
// What is made of nothing, or of what there is: an application, a configuration, its explanation, a
// map.
#include <memory>

#include "command_line/groups.hpp"
#include "scaffold/module_name.hpp"

namespace banyan::cli {
namespace {

void name_of(CLI::App* command, NewOptions& options, const std::string& example,
             std::string (*problem)(std::string_view)) {
  command->add_option("NAME", options.name, "Its name, such as " + example)
      ->required()
      ->check(problem);
  command->add_option("--in", options.in, "The folder to work in")->capture_default_str();
}

}  // namespace

void add_new(CommandSet& set) {
  const auto options = std::make_shared<NewOptions>();
  CLI::App* made = set.group(
      "new", "Write an application, or a module for one, that builds, tests and runs at once",
      "\nThe first hour:\n"
      "  banyan new app shop\n"
      "  cd shop && cmake --preset release && cmake --build --preset release\n"
      "  build/release/bin/shop\n"
      "  banyan new module reviews --needs notes");
  CLI::App* app = set.command(
      *made, "app", "Write an application with its first module",
      "  banyan new app shop\n  banyan new app shop --module catalog --in src", [&set, options] {
        options->json = set.json();
        return new_app(*options);
      });
  name_of(app, *options, "shop", scaffold::problem_with_name);
  app->add_option("--module", options->module, "The name of its first module")
      ->capture_default_str()
      ->check(scaffold::problem_with_module_name);
  app->add_option("--kit", options->kit,
                  "Where the kit is installed, if not beside this program: the prefix of "
                  "`cmake --install`");
  CLI::App* module =
      set.command(*made, "module", "Write a module for the application in this folder, and list it",
                  "  banyan new module reviews\n  banyan new module reviews --needs catalog,orders",
                  [&set, options] {
                    options->json = set.json();
                    return new_module(*options);
                  });
  name_of(module, *options, "reviews", scaffold::problem_with_module_name);
  module->add_option("--needs", options->needs, "Modules whose ports it asks")->delimiter(',');
}

void add_init(CommandSet& set) {
  const auto options = std::make_shared<InitOptions>();
  CLI::App* added = set.command(
      "init",
      "Write a first banyan.toml for an application of any kind: looks at it, and proposes "
      "routes from its OpenAPI document",
      "  banyan init http://127.0.0.1:3000\n"
      "  banyan init https://shop.internal --ca shop-ca.pem --openapi openapi.json\n"
      "  banyan init http://127.0.0.1:3000 --offline -o /etc/banyan/banyan.toml",
      [&set, options] {
        options->json = set.json();
        return init_file(*options);
      });
  added->add_option("URL", options->url, "Where the application is: http://HOST:PORT")->required();
  added->add_option("--openapi", options->openapi,
                    "Its OpenAPI document: a file, or an address; looked for at the usual places "
                    "of the application when not given");
  added->add_option("-o,--output", options->output, "The file to write; - is standard output")
      ->capture_default_str();
  added->add_option("--ca", options->ca_file,
                    "A file with the authority that vouches for the application, for https://");
  added->add_option("--listen", options->listen, "Where the proxy will listen for clients")
      ->capture_default_str();
  added->add_option("--operators", options->operators, "Where its operators' pages will be")
      ->capture_default_str();
  added->add_flag("--offline", options->offline, "Ask nobody: the application need not run");
  added->add_flag("--force", options->force, "Write over a file that is there");
}

void add_check(CommandSet& set) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* added = set.command(
      "check",
      "Explain a banyan.toml without starting anything: what it listens on, where each request "
      "goes, what is unsafe or odd",
      "  banyan check\n"
      "  banyan check banyan.toml --request \"GET /albums/1\" --request \"POST /orders\"\n"
      "  banyan check banyan.toml --strict --json",
      [&set, options] {
        options->json = set.json();
        return check_file(*options);
      });
  added->add_option("FILE", options->file, "The configuration")->capture_default_str();
  added
      ->add_option("--request", options->requests,
                   "A request to explain, such as \"GET /albums/1\"; may be repeated")
      ->allow_extra_args(false);
  added->add_flag("--strict", options->strict,
                  "End with exit code 1 when something is unsafe or odd");
}

void add_map(CommandSet& set) {
  const auto options = std::make_shared<MapOptions>();
  CLI::App* added = set.command(
      "map",
      "Write the map of an application: its modules, what is between them, and all operations",
      "  build/bin/shop --describe > shop.json && banyan map shop.json\n"
      "  build/bin/shop --describe | banyan map - --sources build/app/shop_sources.json --check",
      [&set, options] {
        options->json = set.json();
        return draw_map(*options);
      });
  added
      ->add_option("DESCRIPTION", options->description,
                   "What the program says to --describe: a file, or - for standard input")
      ->required();
  added->add_option("--sources", options->sources,
                    "Where its modules lie, as banyan_add_map() has written it: "
                    "for their READMEs, and for who calls what");
  added->add_option("--into", options->output, "The folder of the pages")->capture_default_str();
  added->add_flag("--check", options->check,
                  "Write nothing; end with exit code 1 when a page is not what the program says");
}

}  // namespace banyan::cli
