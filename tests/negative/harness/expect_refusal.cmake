# SPDX-License-Identifier: BSL-1.0
# Passes when the harness refuses SOURCE, with the text that the file's line `// refused-for: REGEX` names.
file(STRINGS "${SOURCE}" wanted REGEX "^// refused-for: ")
string(REGEX REPLACE "^// refused-for: " "" wanted "${wanted}")
execute_process(COMMAND ${CMAKE_COMMAND} -DCXX=${CXX} -DSOURCE=${SOURCE} "-DFLAGS=${FLAGS}" -P ${HARNESS}
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0 OR NOT wanted OR NOT output MATCHES "${wanted}")
  message(FATAL_ERROR "exit ${result}, expected a refusal with '${wanted}':\n${output}")
endif()
