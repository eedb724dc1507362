# SPDX-License-Identifier: BSL-1.0
# Fails unless CTest knows one test for each .cpp file of FOLDER.
file(GLOB sources RELATIVE ${FOLDER} ${FOLDER}/*.cpp)
if(NOT sources)
  message(FATAL_ERROR "${FOLDER} has no files")
endif()
execute_process(COMMAND ${CTEST} -N -L "^negative$" WORKING_DIRECTORY ${BUILD} OUTPUT_VARIABLE known
                COMMAND_ERROR_IS_FATAL ANY)
foreach(source IN LISTS sources)
  get_filename_component(name ${source} NAME_WE)
  if(NOT known MATCHES "negative: ${name}\n")
    message(FATAL_ERROR "${source} is not registered with CTest")
  endif()
endforeach()
list(LENGTH sources count)
message(STATUS "${count} files, all registered")
