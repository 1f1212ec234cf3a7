# expect: modules/reviews declares a module, and nobody adds it. Write add_subdirectory(reviews) in
declare(catalog)
file(WRITE "${CMAKE_BINARY_DIR}/modules/reviews/CMakeLists.txt" "banyan_add_module(reviews\n  PUBLISHES port.hpp)\n")
banyan_check_modules()
