# banyan_add_library(<name> [INTERFACE] SOURCES … [ALONE …] LINKS … [PRIVATE_LINKS …])
#
# A library of the kit: headers in include/banyan/<name>/, sources in src/ of the current folder. The
# target is `banyan.<name>`, for others `Banyan::<name>`, here and when the kit is installed. LINKS is
# what its headers include, PRIVATE_LINKS what only its sources do. ALONE are more sources, whose own
# names are also others': where BANYAN_UNITY is set, SOURCES are compiled four at once, these are not.
include(GNUInstallDirs)

function(banyan_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "INTERFACE" "" "SOURCES;ALONE;LINKS;PRIVATE_LINKS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "banyan_add_library(${name}): unknown argument(s) ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(target banyan.${name})
  if(arg_INTERFACE)
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  else()
    list(TRANSFORM arg_SOURCES PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/src/")
    list(TRANSFORM arg_ALONE PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/src/")
    set_property(SOURCE ${arg_ALONE} PROPERTY SKIP_UNITY_BUILD_INCLUSION ON)
    add_library(${target} STATIC ${arg_SOURCES} ${arg_ALONE})
    target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
    target_link_libraries(${target} PRIVATE ${arg_PRIVATE_LINKS})
    target_compile_options(${target} PRIVATE ${BANYAN_WARNINGS})
    banyan_compile_together(${target})
    set_property(GLOBAL APPEND PROPERTY BANYAN_LIBRARIES ${target})
    set(scope PUBLIC)
  endif()
  target_include_directories(${target} ${scope}
    "$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  target_link_libraries(${target} ${scope} ${arg_LINKS})
  target_compile_features(${target} ${scope} cxx_std_23)
  add_library(Banyan::${name} ALIAS ${target})
  banyan_private_install(${target} ${name})
  if(BANYAN_INSTALL AND EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/include")
    install(DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/include/" COMPONENT development
            DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
  endif()
endfunction()

# banyan_compile_together(<target> [ALONE <source>…]): where BANYAN_UNITY is set, four sources at once.
function(banyan_compile_together target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "ALONE")
  set_property(SOURCE ${arg_ALONE} PROPERTY SKIP_UNITY_BUILD_INCLUSION ON)
  set_target_properties(${target} PROPERTIES UNITY_BUILD "${BANYAN_UNITY}" UNITY_BUILD_BATCH_SIZE 4)
  if(BANYAN_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # It takes a source that is included for a header.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

# Installs a library as Banyan::<name>, where BANYAN_INSTALL says that anything is.
function(banyan_private_install target name)
  if(NOT BANYAN_INSTALL)
    return()
  endif()
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS ${target} EXPORT BanyanTargets
          ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}/banyan" COMPONENT development)
  set_property(GLOBAL APPEND PROPERTY BANYAN_COMPONENTS ${name})
endfunction()
