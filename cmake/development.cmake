# SPDX-License-Identifier: BSL-1.0
# estima_dev: warnings and sanitizers for this project's own programs. Users of the library never link it.
option(ESTIMA_WERROR "Warnings in this project's own programs are errors" OFF)
set(ESTIMA_SANITIZE "" CACHE STRING "Sanitizers for this project's own programs: address,undefined or thread")

add_library(estima_dev INTERFACE)
target_compile_options(estima_dev INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                            $<$<BOOL:${ESTIMA_WERROR}>:-Werror>)
# g++ 12 warns of an overlapping copy inside std::string where there is none (GCC bug 105651).
target_compile_options(estima_dev INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_compile_definitions(estima_dev INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(ESTIMA_SANITIZE)
  # -g1 keeps file and line in reports and halves what the compiler writes.
  target_compile_options(estima_dev INTERFACE -fsanitize=${ESTIMA_SANITIZE} -fno-sanitize-recover=all
                                              -fno-omit-frame-pointer -g1)
  target_link_options(estima_dev INTERFACE -fsanitize=${ESTIMA_SANITIZE})
endif()
