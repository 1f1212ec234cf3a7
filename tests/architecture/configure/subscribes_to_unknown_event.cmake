# expect: module 'warehouse' SUBSCRIBES 'catalog.track_lost', and 'catalog' publishes no such event.
# expect: are: track_added.
file(WRITE "${CMAKE_BINARY_DIR}/modules/catalog/include/catalog/events.hpp" ".name = \"track_added\"")
declare(catalog PUBLISHES events.hpp)
declare(warehouse SUBSCRIBES catalog.track_lost)
banyan_check_modules()
