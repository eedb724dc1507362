# SPDX-License-Identifier: BSL-1.0
# Configures, builds and runs the project in SOURCE; see estima_consumer in CMakeLists.txt.
file(REMOVE_RECURSE ${BUILD})
string(REPLACE "|" ";" arguments "${ARGUMENTS}")
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${CXX}
                        -DCMAKE_CXX_FLAGS=-Werror ${arguments} COMMAND_ERROR_IS_FATAL ANY)

# A user of the library gets neither tests nor examples, and needs nothing that only they need; MPI is looked for where
# estima-agent would be built.
file(STRINGS ${BUILD}/CMakeCache.txt unwanted REGEX "^(Catch2_DIR|MPI_|Python3_|_Python3|ZLIB_|ESTIMA_WERROR)")
if("${arguments}" MATCHES ESTIMA_TREE)
  list(FILTER unwanted EXCLUDE REGEX "^MPI_")
endif()
if(unwanted)
  message(FATAL_ERROR "the project looked for what only estima's own tests need: ${unwanted}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BUILD} --target help OUTPUT_VARIABLE targets
                COMMAND_ERROR_IS_FATAL ANY)
if(targets MATCHES "estima_unit_tests|quickstart|benchmark_")
  message(FATAL_ERROR "estima's own tests, examples or benchmarks are targets of the project:\n${targets}")
endif()

execute_process(COMMAND ${CMAKE_COMMAND} --build ${BUILD} COMMAND_ERROR_IS_FATAL ANY)
include(${CMAKE_CURRENT_LIST_DIR}/check_programs.cmake)
check_programs(${BUILD} ${LAUNCHER})
