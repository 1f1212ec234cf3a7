// A test that nobody compiles.
