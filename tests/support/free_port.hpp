// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace banyan::test {

/// A port of the loopback interface that nobody listens on, and that no other test is given until
/// this process ends. It lies below those that the system gives away itself, so that no connection
/// takes it meanwhile.
unsigned short free_port();

}  // namespace banyan::test
