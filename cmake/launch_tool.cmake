# SPDX-License-Identifier: BSL-1.0
# The program estima-launch, which supervises a run: programs that submit need it beside them, built or installed.
# It is linked statically where that works: it starts once a run, and then in a third of the time.
include(CheckCXXSourceCompiles)

add_executable(estima-launch tools/estima_launch.cpp)
set_target_properties(estima-launch PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/libexec/estima)
target_compile_features(estima-launch PRIVATE cxx_std_20)
target_include_directories(estima-launch PRIVATE include)
target_include_directories(estima-launch SYSTEM PRIVATE
                           $<TARGET_PROPERTY:OpenSSL::Crypto,INTERFACE_INCLUDE_DIRECTORIES>)
target_link_libraries(estima-launch PRIVATE Boost::headers nlohmann_json::nlohmann_json Threads::Threads)
if(TARGET estima_dev)
  target_link_libraries(estima-launch PRIVATE estima_dev)
endif()

get_filename_component(estima_crypto_folder "${OPENSSL_CRYPTO_LIBRARY}" DIRECTORY)
find_library(ESTIMA_STATIC_CRYPTO libcrypto.a HINTS ${estima_crypto_folder})
mark_as_advanced(ESTIMA_STATIC_CRYPTO)
if(ESTIMA_STATIC_CRYPTO AND NOT ESTIMA_SANITIZE)
  set(CMAKE_REQUIRED_INCLUDES ${OPENSSL_INCLUDE_DIR})
  set(CMAKE_REQUIRED_LIBRARIES ${ESTIMA_STATIC_CRYPTO} Threads::Threads ${CMAKE_DL_LIBS})
  set(CMAKE_REQUIRED_LINK_OPTIONS -static)
  check_cxx_source_compiles([[
    #include <openssl/evp.h>
    #include <string>
    int main(int argc, char** argv) { return EVP_MD_fetch(nullptr, argv[argc - 1], nullptr) == nullptr; }
  ]] ESTIMA_LAUNCH_LINKS_STATICALLY)
  unset(CMAKE_REQUIRED_INCLUDES)
  unset(CMAKE_REQUIRED_LIBRARIES)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
endif()
if(ESTIMA_LAUNCH_LINKS_STATICALLY AND NOT ESTIMA_SANITIZE)
  target_link_options(estima-launch PRIVATE -static)
  target_link_libraries(estima-launch PRIVATE ${ESTIMA_STATIC_CRYPTO} ${CMAKE_DL_LIBS})
else()
  target_link_libraries(estima-launch PRIVATE OpenSSL::Crypto)
endif()

# Whoever links estima::launcher has the tool built first, and a program built so finds it by this definition. Of this
# tree's own targets programs alone, but for those of the tests, which CTest tells: so ccache finds in one clone what was
# compiled in another.
add_dependencies(estima_launcher estima-launch)
include(GNUInstallDirs)
set(estima_names_tools 1)
if(PROJECT_IS_TOP_LEVEL)
  string(CONCAT estima_names_tools "$<AND:$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>,"
                "$<NOT:$<BOOL:$<TARGET_PROPERTY:ESTIMA_TOLD_BY_CTEST>>>>")
endif()
target_compile_definitions(estima_launcher INTERFACE
  "$<BUILD_INTERFACE:$<${estima_names_tools}:ESTIMA_LIBEXEC_DIR=\"$<TARGET_FILE_DIR:estima-launch>\">>"
  "$<INSTALL_INTERFACE:ESTIMA_LIBEXEC_DIR=\"$<INSTALL_PREFIX>/${CMAKE_INSTALL_LIBEXECDIR}/estima\">")
