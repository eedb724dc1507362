# SPDX-License-Identifier: BSL-1.0
# cmake -DCXX=compiler -DSOURCE=file.cpp "-DFLAGS=-std=c++20;-Iinclude" [-DAHEAD=header] -P expect_compile_error.cmake
#   AHEAD: a header, with a precompiled one beside it, that the positive control includes first
#
# Passes only when all of this holds, so that no other mistake can pass for the expected error:
# - with -DPOSITIVE_CONTROL the file compiles, so nothing else is wrong with it;
# - without it, the compiler refuses it;
# - each line `// expect-error: REGEX` of the file matches the compiler's output;
# - the output is short enough to read: one error, 14 lines.
set(max_errors 1)
set(max_lines 14)

file(STRINGS "${SOURCE}" expected REGEX "^// expect-error: ")
if(NOT expected)
  message(FATAL_ERROR "no '// expect-error: REGEX' line in ${SOURCE}")
endif()

# message() would fold the lines of what it is given, so the compiler's output goes out by itself.
macro(refuse reason)
  message(NOTICE "${output}")
  message(FATAL_ERROR "${reason}")
endmacro()

macro(compile)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${CXX} ${FLAGS} -fsyntax-only -fdiagnostics-color=never ${ARGN} ${SOURCE}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
endmacro()

if(AHEAD)
  set(include_ahead -include ${AHEAD})
endif()
compile(-DPOSITIVE_CONTROL ${include_ahead})
if(NOT result EQUAL 0)
  refuse("the positive control does not compile")
endif()
compile()
if(result EQUAL 0)
  refuse("it compiles, but must not")
endif()

foreach(line IN LISTS expected)
  string(REGEX REPLACE "^// expect-error: " "" pattern "${line}")
  if(NOT output MATCHES "${pattern}")
    refuse("the output does not match '${pattern}'")
  endif()
endforeach()

string(REGEX MATCHALL "(^|\n)[^\n]*: (fatal )?error: " errors "${output}")
string(REGEX MATCHALL "\n" lines "${output}")
list(LENGTH errors error_count)
list(LENGTH lines line_count)
message(STATUS "errors: ${error_count} (at most ${max_errors}), lines: ${line_count} (at most ${max_lines})")
if(error_count GREATER max_errors OR line_count GREATER max_lines)
  refuse("too much to read: errors: ${error_count}, lines: ${line_count}")
endif()
message(NOTICE "${output}")
