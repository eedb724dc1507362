# SPDX-License-Identifier: BSL-1.0
# cmake -DSOURCE=project -DBUILD=folder -DCXX=compiler -DGENERATOR=Ninja "-DARGUMENTS=-D...|-D..." -DONLY_ONE=OFF
#       -P build_project.cmake
# Builds a copy of the project, changes it, and expects of each build that it passes or fails, with these texts.
file(REMOVE_RECURSE ${BUILD})
file(COPY ${SOURCE}/ DESTINATION ${BUILD}/source)
string(REPLACE "|" ";" arguments "${ARGUMENTS}")
execute_process(COMMAND ${CMAKE_COMMAND} -S ${BUILD}/source -B ${BUILD}/build -G ${GENERATOR}
                        -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_CXX_FLAGS=-Werror ${arguments}
                COMMAND_ERROR_IS_FATAL ANY)

function(build target)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${CMAKE_COMMAND} --build ${BUILD}/build --target ${target}
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(output "${output}" PARENT_SCOPE)
  set(result "${result}" PARENT_SCOPE)
endfunction()
function(expect text)
  string(FIND "${output}" "${text}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "'${text}' is not in the output of ${target}:\n${output}")
  endif()
endfunction()
macro(passes target)
  build(${target})
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${target} does not build:\n${output}")
  endif()
endmacro()
macro(fails target)
  build(${target})
  if(result EQUAL 0)
    message(FATAL_ERROR "${target} builds, but must not:\n${output}")
  endif()
  foreach(text IN ITEMS ${ARGN})
    expect("${text}")
  endforeach()
endmacro()
function(does_nothing target)
  passes(${target})
  if(output MATCHES "Checking that")
    message(FATAL_ERROR "${target} was checked again although nothing has changed:\n${output}")
  endif()
endfunction()

# A program whose script fits, and what makes the check run again.
passes(train)
expect("Checking that fits.py takes the parameters in train::params")
does_nothing(train)

file(READ ${BUILD}/source/fits.py fitting)
string(REPLACE "\"--epochs\", type=int" "\"--epochs\"" changed "${fitting}")
file(WRITE ${BUILD}/source/fits.py "${changed}")
fails(train "fits.py:7: error: --epochs: the script takes text, since it has no type="
      "train::params::epochs (params.hpp) is an integer")
file(WRITE ${BUILD}/source/fits.py "${fitting}")
passes(train)
does_nothing(train)

file(READ ${BUILD}/source/params.hpp declared)
string(REPLACE "int epochs" "double epochs" changed "${declared}")
file(WRITE ${BUILD}/source/params.hpp "${changed}")
fails(train "fits.py:7: error: --epochs: the script takes type=int"
      "train::params::epochs (params.hpp) is a real number")
file(WRITE ${BUILD}/source/params.hpp "${declared}")
passes(train)
if(ONLY_ONE)
  return()
endif()

# One mismatch each.
macro(refuses case)
  fails(estima_check_many_${case}_py "${case}.py:" ${ARGN})
endmacro()
set(member "train::params::")
refuses(another_name ":8: error: --regularization is given by ${member}regularization (params.hpp), but the script does"
        "the nearest that it declares is --regularisation")
refuses(int_for_a_real ":8: error: --regularization: the script takes type=int, ${member}regularization (params.hpp)")
refuses(value_for_a_flag ":9: error: --shuffle: the script takes text" "${member}shuffle (params.hpp) is a bool")
refuses(one_value_for_a_list ":11: error: --hidden-sizes: the script takes type=int, one value; ${member}hidden_sizes"
        "a list of any number of values (integer)")
refuses(fewer_choices ":12: error: --learning-schedule: the script's choices are constant, step"
        "${member}learning_schedule (params.hpp) can also be cosine")
refuses(default_of_the_target ":13: error: --optimizer.learning-rate: the script's choices are 0.25"
        "${member}optimizer.learning_rate (params.hpp) is 0.5 by default")
refuses(required_optional ":10: error: --note: the script requires it, ${member}note (params.hpp) can be left out")
refuses(required_unknown ":11: error: the script requires --seed, but no member of train::params (params.hpp) gives it"
        "add GIVEN --seed")
refuses(in_a_loop "error: --note is given by ${member}note" "line 11: an argument is added in a loop"
        "add UNSEEN --note")
passes(estima_check_many_in_a_loop_but_known_py)
expect("in_a_loop_but_known.py:11: note: an argument is added in a loop, so it cannot be seen")
refuses(subcommands ":10: error: subcommands (add_subparsers) are not supported")
refuses(no_python ":2: error: Python 3" "cannot parse this script")
