# expect: all declarations are in order
file(WRITE "${CMAKE_BINARY_DIR}/modules/catalog/include/catalog/events.hpp" ".name = \"track_added\"")
declare(catalog PUBLISHES events.hpp)
declare(warehouse SUBSCRIBES catalog.track_added)
banyan_check_modules()
