# SPDX-License-Identifier: BSL-1.0
# Installs BUILD into STAGING, then moves it to PREFIX.
file(REMOVE_RECURSE ${STAGING} ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${STAGING} COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${STAGING} ${PREFIX})

# The program estima, and its completion.
execute_process(COMMAND ${PREFIX}/bin/estima --version OUTPUT_VARIABLE version COMMAND_ERROR_IS_FATAL ANY)
if(NOT version MATCHES "^estima [0-9]" OR NOT EXISTS ${PREFIX}/share/bash-completion/completions/estima)
  message(FATAL_ERROR "the program estima was not installed: ${version}")
endif()
