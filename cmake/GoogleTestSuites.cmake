# Included by ctest for one GoogleTest program: each of its suites becomes a test, named
# PROGRAM/SUITE. (A test for each case would be a process for each case, and starting them took
# longer than all that they test.) banyan_add_test() has set program, name, properties, and list: a
# file for what the program lists.
if(NOT EXISTS "${program}")
  add_test("${name}_NOT_BUILT" "${name}_NOT_BUILT")
  return()
endif()
if(NOT EXISTS "${list}" OR "${program}" IS_NEWER_THAN "${list}")
  execute_process(COMMAND "${program}" --gtest_list_tests
                  OUTPUT_VARIABLE listed RESULT_VARIABLE failed ERROR_QUIET TIMEOUT 60)
  if(failed)
    # It fails the same way then, and what it says is seen.
    add_test("${name}/can_be_listed" "${program}" --gtest_list_tests)
    return()
  endif()
  file(WRITE "${list}" "${listed}")
endif()
file(READ "${list}" listed)
string(REGEX MATCHALL "\n[A-Za-z0-9_/]+\\." suites "\n${listed}")
foreach(suite IN LISTS suites)
  string(REGEX REPLACE "^\n(.*)\\.$" "\\1" suite "${suite}")
  add_test("${name}/${suite}" "${program}" "--gtest_filter=${suite}.*" --gtest_brief=1)
  set_tests_properties("${name}/${suite}" PROPERTIES ${properties})
endforeach()
