# banyan_add_fuzz_target(<name> SOURCES … LINKS …)
#
# A libFuzzer target: the sources define LLVMFuzzerTestOneInput. Its seeds, and each input that once
# broke it, are files in corpus/<name> beside tests/fuzz/CMakeLists.txt.
#
# In the preset `fuzz` it is a program under fuzz/ that searches (./dev fuzz). In every other build
# it is a test that runs the corpus once, so that what was found stays mended.
option(BANYAN_FUZZ "Build the fuzz targets as libFuzzer programs (clang only)" OFF)
if(NOT TARGET fuzzers)
  add_custom_target(fuzzers)
endif()

function(banyan_add_fuzz_target name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "banyan_add_fuzz_target(${name}): unknown argument(s) ${arg_UNPARSED_ARGUMENTS}."
      " Known are SOURCES LINKS.")
  endif()
  set(corpus "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name}")
  if(NOT EXISTS "${corpus}")
    message(FATAL_ERROR "banyan_add_fuzz_target(${name}): ${corpus} is missing. Put at least one valid"
      " input there for the fuzzer to begin with.")
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_compile_options(${name} PRIVATE ${BANYAN_WARNINGS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fuzz")
  if(BANYAN_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzzers ${name})
  else()
    target_sources(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests/fuzz/replay.cpp")
    add_test(NAME fuzz/${name} COMMAND ${name} "${corpus}")
    set_tests_properties(fuzz/${name} PROPERTIES LABELS fuzz TIMEOUT 60)
  endif()
endfunction()
