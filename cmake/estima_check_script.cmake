# SPDX-License-Identifier: BSL-1.0
# estima_check_script(TARGET SCRIPT [PARAMETERS STRUCT] [HEADER FILE]
#                     [GIVEN NAME...] [UNSEEN NAME...] [PARSER NAME])
#
# Fails the build of TARGET, with both sides named, unless the arguments that SCRIPT declares with argparse fit the
# struct whose members become its parameters. The script is parsed and never run: what it imports need not be there.
#
# PARAMETERS  the struct, with its namespace. Left out: params
# HEADER      the header that declares and adapts it. Left out: params.hpp. Relative to the current source folder.
# GIVEN       names of arguments that the program passes to the script by hand, beside the struct's
# UNSEEN      names of arguments that the script declares where they cannot be seen: in a loop, in another file, ...
# PARSER      the variable with the parser, where the script has several
#
# The check runs again when script or struct have changed. It needs Python 3.8 and estima::core; see docs/parameters.md.
include_guard(GLOBAL)

# ESTIMA_PYTHON: an interpreter itself, not a script that looks for one each time it is called (pyenv).
function(estima_find_python)
  if(ESTIMA_PYTHON)
    return()
  endif()
  find_package(Python3 3.8 QUIET COMPONENTS Interpreter)
  if(NOT Python3_Interpreter_FOUND)
    message(FATAL_ERROR "estima_check_script needs Python 3.8 or newer (Debian: python3)")
  endif()
  execute_process(COMMAND ${Python3_EXECUTABLE} -c "import sys; print(sys.executable)" OUTPUT_VARIABLE python
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(ESTIMA_PYTHON ${python} CACHE FILEPATH "The Python that estima_check_script parses scripts with")
  mark_as_advanced(ESTIMA_PYTHON)
endfunction()

function(estima_check_script target script)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "PARAMETERS;HEADER;PARSER" "GIVEN;UNSEEN")
  foreach(problem IN ITEMS UNPARSED_ARGUMENTS KEYWORDS_MISSING_VALUES)
    if(arg_${problem})
      message(FATAL_ERROR "estima_check_script: ${problem}: ${arg_${problem}}")
    endif()
  endforeach()
  if(NOT TARGET ${target})
    message(FATAL_ERROR "estima_check_script: there is no target ${target}")
  endif()
  if(NOT arg_PARAMETERS)
    set(arg_PARAMETERS params)
  endif()
  if(NOT arg_HEADER)
    set(arg_HEADER params.hpp)
  endif()
  foreach(file IN ITEMS script arg_HEADER)
    get_filename_component(${file} "${${file}}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
    if(NOT EXISTS "${${file}}")
      message(FATAL_ERROR "estima_check_script: there is no file ${${file}}")
    endif()
  endforeach()
  estima_find_python()

  # A program that writes what the struct says; one for all scripts that are checked against the same struct.
  string(SHA256 key "${arg_PARAMETERS};${arg_HEADER}")
  string(SUBSTRING ${key} 0 8 key)
  string(MAKE_C_IDENTIFIER "${arg_PARAMETERS}" identifier)
  set(describer estima_describe_${target}_${identifier}_${key})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/estima_check_script)
  if(NOT TARGET ${describer})
    file(CONFIGURE OUTPUT ${folder}/${describer}.cpp @ONLY CONTENT [[
#include "@arg_HEADER@"

#include <cstdio>

#include <estima/parameters/description_json.hpp>

int main(int, char** arguments) {
    std::string const json = estima::description_json(estima::parameter_descriptions<@arg_PARAMETERS@>());
    std::FILE* const file = std::fopen(arguments[1], "w");
    bool const is_written = file && std::fwrite(json.data(), 1, json.size(), file) == json.size();
    return file && std::fclose(file) == 0 && is_written ? 0 : 1;
}
]])
    add_executable(${describer} EXCLUDE_FROM_ALL ${folder}/${describer}.cpp)
    set_target_properties(${describer} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${folder})
    target_link_libraries(${describer} PRIVATE estima::core)
    # The header sees what it sees in the target. To optimise a program that runs once takes longer than to run it.
    foreach(property IN ITEMS INCLUDE_DIRECTORIES COMPILE_DEFINITIONS)
      set_property(TARGET ${describer} APPEND PROPERTY ${property} $<TARGET_PROPERTY:${target},${property}>)
    endforeach()
    get_target_property(standard ${target} CXX_STANDARD)
    if(standard)
      set_target_properties(${describer} PROPERTIES CXX_STANDARD ${standard})
    endif()
    target_compile_options(${describer} PRIVATE $<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-O0>)
    add_custom_command(OUTPUT ${folder}/${describer}.json
      COMMAND ${describer} ${folder}/${describer}.json DEPENDS ${describer} VERBATIM
      COMMENT "Describing the parameters in ${arg_PARAMETERS}")
    add_custom_target(${describer}_json DEPENDS ${folder}/${describer}.json)
  endif()

  get_filename_component(name "${script}" NAME)
  string(MAKE_C_IDENTIFIER "${name}" identifier)
  set(check estima_check_${target}_${identifier})
  while(TARGET ${check})
    string(APPEND check _more)
  endwhile()
  set(command ${ESTIMA_PYTHON} -B -I ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/script_arguments.py
    --script ${script} --struct ${arg_PARAMETERS} --header ${arg_HEADER} --description ${folder}/${describer}.json
    --stamp ${folder}/${check}.stamp)
  foreach(option IN ITEMS GIVEN UNSEEN PARSER)
    string(TOLOWER ${option} lower)
    foreach(value IN LISTS arg_${option})
      list(APPEND command --${lower}=${value})
    endforeach()
  endforeach()
  add_custom_command(OUTPUT ${folder}/${check}.stamp
    COMMAND ${command} VERBATIM
    DEPENDS ${folder}/${describer}.json ${script} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/script_arguments.py
    COMMENT "Checking that ${name} takes the parameters in ${arg_PARAMETERS}")
  add_custom_target(${check} DEPENDS ${folder}/${check}.stamp)
  add_dependencies(${check} ${describer}_json)
  add_dependencies(${target} ${check})
endfunction()
