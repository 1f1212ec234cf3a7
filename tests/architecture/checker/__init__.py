"""The architecture check: what target visibility alone cannot see. See ../README.md."""
