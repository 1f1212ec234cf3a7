// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace banyan::succession {

/// Tells systemd, where it has started this process or its predecessor (Type=notify), that the
/// service is ready and that this process is its main one. Does nothing elsewhere. Whether it was
/// told.
bool tell_service_manager();

}  // namespace banyan::succession
