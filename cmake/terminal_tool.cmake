# SPDX-License-Identifier: BSL-1.0
# The program estima, which looks at runs. A project that only uses the library does not build it unasked.
add_executable(estima-cli tools/estima.cpp)
set_target_properties(estima-cli PROPERTIES OUTPUT_NAME estima RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
target_link_libraries(estima-cli PRIVATE estima::terminal)
if(TARGET estima_dev)
  target_link_libraries(estima-cli PRIVATE estima_dev)
endif()
if(NOT PROJECT_IS_TOP_LEVEL)
  set_target_properties(estima-cli PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
