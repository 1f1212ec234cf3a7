# banyan_add_test(<name> SOURCES … [ALONE …] LINKS … [INCLUDES …] [LABELS …] [TIMEOUT seconds]
#                 [NEEDS_POSTGRES])
#
# One GoogleTest program, whose suites are the tests of ctest. SOURCES are relative to the current
# folder; where BANYAN_UNITY is set, eight are compiled at once, and those of ALONE, whose own names are also
# others', are not. INCLUDES is for tests of a module's insides: the only targets besides the module's own that
# may see its src/. TIMEOUT is for a suite. NEEDS_POSTGRES is for tests that use
# PostgresServer::shared(): one server is started for all tests of a run of ctest.
find_package(GTest 1.12 REQUIRED)

set(BANYAN_TEST_POSTGRES_FOLDER "${PROJECT_BINARY_DIR}/tests/postgres")

# banyan_add_postgres_fixture(<postgres_cluster>): what NEEDS_POSTGRES asks for. The server ends with
# ctest, also when that is killed; whatever a run before has left goes first.
function(banyan_add_postgres_fixture program)
  add_test(NAME postgres/start
    COMMAND "${program}" start "${BANYAN_TEST_POSTGRES_FOLDER}" --fresh --no-sync --in-memory --until parent --discard)
  add_test(NAME postgres/stop COMMAND "${program}" stop "${BANYAN_TEST_POSTGRES_FOLDER}" --discard)
  set_tests_properties(postgres/start PROPERTIES FIXTURES_SETUP postgres TIMEOUT 180)
  set_tests_properties(postgres/stop PROPERTIES FIXTURES_CLEANUP postgres TIMEOUT 180)
endfunction()

function(banyan_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NEEDS_POSTGRES" "TIMEOUT" "SOURCES;ALONE;LINKS;INCLUDES;LABELS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "banyan_add_test(${name}): unknown argument(s) ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)
  endif()
  set_property(SOURCE ${arg_ALONE} PROPERTY SKIP_UNITY_BUILD_INCLUSION ON)
  add_executable(${name} ${arg_SOURCES} ${arg_ALONE})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests" ${arg_INCLUDES})
  target_compile_options(${name} PRIVATE ${BANYAN_WARNINGS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests"
    UNITY_BUILD ${BANYAN_UNITY} UNITY_BUILD_BATCH_SIZE 8)
  # Where programs that a test starts keep their locks: one that is killed leaves them.
  set(run "${PROJECT_BINARY_DIR}/tests/run")
  file(MAKE_DIRECTORY "${run}")
  set(properties TIMEOUT ${arg_TIMEOUT} WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}"
      ENVIRONMENT "XDG_RUNTIME_DIR=${run}")
  if(arg_NEEDS_POSTGRES)
    # The longest ones: they begin first.
    list(APPEND properties COST 100 FIXTURES_REQUIRED postgres
         ENVIRONMENT_MODIFICATION "BANYAN_TEST_POSTGRES_FOLDER=set:${BANYAN_TEST_POSTGRES_FOLDER}")
  endif()
  if(arg_LABELS)
    list(JOIN arg_LABELS "\\;" labels)
    list(APPEND properties LABELS "${labels}")
  endif()
  set(suites "${CMAKE_CURRENT_BINARY_DIR}/${name}_suites.cmake")
  file(GENERATE OUTPUT "${suites}" CONTENT
"set(program [==[$<TARGET_FILE:${name}>]==])
set(name [==[${name}]==])
set(properties [==[${properties}]==])
set(list [==[${suites}.txt]==])
include([==[${PROJECT_SOURCE_DIR}/cmake/GoogleTestSuites.cmake]==])
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${suites}")
endfunction()
