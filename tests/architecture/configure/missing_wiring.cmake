# expect: banyan_add_module(catalog): WIRING is empty.
banyan_add_module(catalog PUBLISHES port.hpp module.hpp http.hpp CORE rules.cpp)
