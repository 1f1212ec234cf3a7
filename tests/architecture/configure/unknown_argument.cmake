# expect: banyan_add_module(catalog): unknown argument(s) REQUIRES
# expect: Known are PUBLISHES NEEDS SUBSCRIBES PARTIES TABLES CORE PERSISTENCE WIRING MIGRATIONS.
banyan_add_module(catalog REQUIRES orders PUBLISHES port.hpp module.hpp http.hpp CORE rules.cpp
  WIRING module.cpp)
