# banyan_add_library(<name> [INTERFACE] SOURCES … LINKS … [PRIVATE_LINKS …])
#
# A library of the kit: headers in include/, sources in src/ of the current folder. The target is
# `banyan.<name>`. LINKS is what its headers include, PRIVATE_LINKS what only its sources do.
function(banyan_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "INTERFACE" "" "SOURCES;LINKS;PRIVATE_LINKS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "banyan_add_library(${name}): unknown argument(s) ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(target banyan.${name})
  if(arg_INTERFACE)
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE "${CMAKE_CURRENT_SOURCE_DIR}/include")
    target_link_libraries(${target} INTERFACE ${arg_LINKS})
    return()
  endif()
  list(TRANSFORM arg_SOURCES PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/src/")
  add_library(${target} STATIC ${arg_SOURCES})
  target_include_directories(${target}
    PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/include"
    PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
  target_link_libraries(${target} PUBLIC ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS})
  target_compile_options(${target} PRIVATE ${BANYAN_WARNINGS})
  set_property(GLOBAL APPEND PROPERTY BANYAN_LIBRARIES ${target})
endfunction()
