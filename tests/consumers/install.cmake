# SPDX-License-Identifier: BSL-1.0
# Installs BUILD into STAGING, then moves it to PREFIX.
file(REMOVE_RECURSE ${STAGING} ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${STAGING} COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${STAGING} ${PREFIX})
