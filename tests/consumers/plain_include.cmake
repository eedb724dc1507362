# SPDX-License-Identifier: BSL-1.0
# The compiler alone, with a copy of include/ as a user would vendor it.
file(REMOVE_RECURSE ${BUILD})
file(MAKE_DIRECTORY ${BUILD}/vendored ${BUILD}/job)
file(COPY ${TREE}/include ${TREE}/tools/estima_launch.cpp DESTINATION ${BUILD}/vendored)
set(compile ${CXX} -std=c++20 -Wall -Wextra -Wpedantic -Werror -I${BUILD}/vendored/include)
set(sources ${CMAKE_CURRENT_LIST_DIR})

# Describing a job takes Boost's headers and nothing else that is not the standard library's.
execute_process(COMMAND ${compile} -MD -MF ${BUILD}/describe.d ${sources}/describe.cpp -o ${BUILD}/describe
                COMMAND_ERROR_IS_FATAL ANY)
file(READ ${BUILD}/describe.d used)
foreach(party IN ITEMS nlohmann/ openssl/ curl/ boost/mpi openmpi/ sqlite)
  if(used MATCHES "/${party}")
    message(FATAL_ERROR "estima/estimator.hpp includes something of ${party}")
  endif()
endforeach()

execute_process(COMMAND ${compile} ${sources}/job/hello.cpp -o ${BUILD}/job/hello COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${compile} ${sources}/submit.cpp -o ${BUILD}/submit -lcrypto -lyaml-cpp
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${compile} ${BUILD}/vendored/estima_launch.cpp -o ${BUILD}/estima-launch -lcrypto
                COMMAND_ERROR_IS_FATAL ANY)
include(${CMAKE_CURRENT_LIST_DIR}/check_programs.cmake)
check_programs(${BUILD} ${BUILD})
