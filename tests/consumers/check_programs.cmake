# SPDX-License-Identifier: BSL-1.0
# check_programs(FOLDER LAUNCHER): runs the programs in FOLDER and checks what they print; runs must be started by the
# estima-launch in the folder LAUNCHER.
function(check_programs folder launcher)
  foreach(variable IN ITEMS ESTIMA_LAUNCH ESTIMA_WORKSPACE ESTIMA_MPIRUN)
    unset(ENV{${variable}})
  endforeach()

  execute_process(COMMAND ${folder}/describe OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
  message(STATUS "${output}")
  if(NOT output STREQUAL "train.py with 1 parameters\n")
    message(FATAL_ERROR "describe printed another text")
  endif()
  if(launcher STREQUAL none)
    return()
  endif()

  execute_process(COMMAND ${folder}/submit ${folder}/workspace ${folder}/job TIMEOUT 120
                  OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE result)
  message(STATUS "${output}${errors}")
  file(REAL_PATH ${launcher} launcher)
  foreach(line IN ITEMS "launcher: ${launcher}/estima-launch\n" "\nscript: hello\n"
                        "trained by hello with --rate 0.5\n" "loss: 0.25\n" "status: Completed\n")
    string(FIND "${output}" "${line}" position)
    if(NOT result EQUAL 0 OR position EQUAL -1)
      message(FATAL_ERROR "exit ${result}, expected the line ${line}")
    endif()
  endforeach()
endfunction()
