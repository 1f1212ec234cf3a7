# What every target of the project is compiled with: ccache when it is there, the warnings, and
# sections so that the linker can drop what is not used.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# Paths below this tree are hashed as if they were relative, so that a second copy of it (a lab's, another
# clone) finds what the first has compiled: seconds instead of minutes.
find_program(BANYAN_CCACHE ccache)
if(BANYAN_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}"
    CCACHE_NOHASHDIR=1 "${BANYAN_CCACHE}")
endif()

# What is built to be tried is linked again and again, two hundred programs of it for the tests: with mold, when it
# is there, in a tenth of the time. What is shipped is linked with what everybody has.
find_program(BANYAN_MOLD mold)
if(BANYAN_MOLD AND CMAKE_BUILD_TYPE STREQUAL "Debug" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU"
   AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12.1)
  add_link_options(-fuse-ld=mold)
endif()

if(BANYAN_PACKAGE)
  # The same bytes in whatever folder they are built. Of several the last one that fits is taken.
  add_compile_options("-ffile-prefix-map=${PROJECT_SOURCE_DIR}=." "-ffile-prefix-map=${PROJECT_BINARY_DIR}=./build")
  set(CMAKE_CXX_ARCHIVE_CREATE "<CMAKE_AR> qcD <TARGET> <LINK_FLAGS> <OBJECTS>")
  set(CMAKE_CXX_ARCHIVE_APPEND "<CMAKE_AR> qD <TARGET> <LINK_FLAGS> <OBJECTS>")
  set(CMAKE_CXX_ARCHIVE_FINISH "<CMAKE_RANLIB> -D <TARGET>")
endif()

set(BANYAN_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # libstdc++ 12 implements stable_sort with a function that it deprecates itself, and clang says so
  # at each use. What our own code calls that is deprecated, gcc still says.
  list(APPEND BANYAN_WARNINGS -Wno-deprecated-declarations)
elseif(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Where it optimises, g++ 12 takes `text + std::string` for an overlapping copy (GCC bug 105329), what an
  # optional or expected does not hold for something that is read (80635), and reads past lists of strings that
  # are longer than it thinks. What is true of these is said by clang, and by the sanitizers of `dev`.
  list(APPEND BANYAN_WARNINGS $<$<CONFIG:Release>:-Wno-restrict;-Wno-maybe-uninitialized;-Wno-array-bounds>)
endif()
