# expect: banyan_add_module(catalog): PUBLISHES lacks port.hpp.
# expect: see docs/how-to/add-a-module.md
banyan_add_module(catalog PUBLISHES module.hpp http.hpp CORE rules.cpp WIRING module.cpp)
