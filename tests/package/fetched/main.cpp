// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/hex.hpp"

int main() { return 0; }
