// SPDX-License-Identifier: Apache-2.0
// A proxy as a process of its own: proxy_under_test CONFIG LOG
#include "proxy/proxy.hpp"

int main(int count, char** words) {
  if (count != 3) return 64;
  return banyan::strangler::run_proxy({.config_file = words[1], .log_file = words[2], .loops = 1});
}
