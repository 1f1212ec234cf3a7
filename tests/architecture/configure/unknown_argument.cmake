# expect: banyan_add_module(catalog): unknown argument(s) REQUIRES
# expect: Known are PUBLISHES NEEDS TABLES CORE PERSISTENCE WIRING.
banyan_add_module(catalog REQUIRES orders PUBLISHES port.hpp module.hpp http.hpp CORE rules.cpp
  WIRING module.cpp)
