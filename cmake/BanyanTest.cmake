# banyan_add_test(<name> SOURCES … LINKS … [INCLUDES …] [LABELS …] [TIMEOUT seconds])
#
# One GoogleTest program. SOURCES are relative to the current folder. INCLUDES is for tests of a
# module's insides: the only targets besides the module's own that may see its src/.
find_package(GTest 1.12 REQUIRED)
include(GoogleTest)

function(banyan_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;LINKS;INCLUDES;LABELS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "banyan_add_test(${name}): unknown argument(s) ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests" ${arg_INCLUDES})
  target_compile_options(${name} PRIVATE ${BANYAN_WARNINGS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  # Where programs that a test starts keep their locks: one that is killed leaves them.
  set(run "${PROJECT_BINARY_DIR}/tests/run")
  file(MAKE_DIRECTORY "${run}")
  # A case is named by its name or its number; its value, up to whole requests, a failure tells.
  # (An empty value would make the next name its value.)
  set(properties TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "XDG_RUNTIME_DIR=${run}")
  if(arg_LABELS)
    list(APPEND properties LABELS "${arg_LABELS}")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${name}/" NO_PRETTY_VALUES
                       PROPERTIES ${properties})
endfunction()
