// SPDX-License-Identifier: Apache-2.0
#include "banyan/host/application.hpp"
#include "dokuwiki/settings.hpp"

int main(int argc, char** argv) {
  banyan::host::Application application;
  application.name = "wiki";
  application.title = "Wiki";
  application.version = "0.1.0";
  application.description = "Takes over, one by one, what a DokuWiki answers.";
  application.parties = {wiki::dokuwiki::the_wiki()};
  application.options = wiki::dokuwiki::options();
  application.make_endpoints = wiki::dokuwiki::endpoints;
  return banyan::host::run(argc, argv, application);
}
