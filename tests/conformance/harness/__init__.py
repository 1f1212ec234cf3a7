# SPDX-License-Identifier: Apache-2.0
"""What the conformance tests are made of: two strict readers, an origin, a client, the proxy."""
