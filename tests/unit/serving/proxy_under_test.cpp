// SPDX-License-Identifier: Apache-2.0
// A proxy as a process of its own: proxy_under_test CONFIG LOG [VERSION that takes over]
#include "banyan/serving/proxy.hpp"

int main(int count, char** words) {
  if (count != 3 && count != 4) return 64;
  return banyan::serving::run_proxy({.config_file = words[1],
                                     .log_file = words[2],
                                     .loops = 1,
                                     .take_over = count == 4,
                                     .version = count == 4 ? words[3] : "1"});
}
