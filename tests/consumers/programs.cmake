# SPDX-License-Identifier: BSL-1.0
# The programs of a consumer, beside its CMakeLists.txt.
add_executable(describe ${CMAKE_CURRENT_LIST_DIR}/describe.cpp)
target_link_libraries(describe PRIVATE estima::core)
add_executable(hello ${CMAKE_CURRENT_LIST_DIR}/job/hello.cpp)
set_target_properties(hello PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/job)
target_link_libraries(hello PRIVATE estima::tracking)
if(TARGET estima::estima)
  add_executable(submit ${CMAKE_CURRENT_LIST_DIR}/submit.cpp)
  target_link_libraries(submit PRIVATE estima::estima)
endif()
