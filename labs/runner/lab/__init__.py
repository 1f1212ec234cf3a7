# SPDX-License-Identifier: Apache-2.0
"""What runs the labs. labs/README.md says how a lab is made; docs/labs/README.md is for learners."""
