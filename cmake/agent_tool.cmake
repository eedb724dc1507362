# SPDX-License-Identifier: BSL-1.0
# The program estima-agent, beside estima-launch. Hosts have Open MPI, and not always Boost's libraries: these are linked
# statically where that works.
add_executable(estima-agent tools/estima_agent.cpp)
set_target_properties(estima-agent PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/libexec/estima)
target_compile_features(estima-agent PRIVATE cxx_std_20)
target_include_directories(estima-agent PRIVATE include)
# It hashes and passes on hundreds of megabytes a second. With NDEBUG what fails in MPI is an exception; without, Boost.MPI
# ends the process.
target_compile_definitions(estima-agent PRIVATE NDEBUG)
target_compile_options(estima-agent PRIVATE $<$<CONFIG:Debug>:-O1>)
target_link_libraries(estima-agent PRIVATE Boost::headers nlohmann_json::nlohmann_json OpenSSL::Crypto Threads::Threads
                                           MPI::MPI_CXX)
if(TARGET estima_dev)
  target_link_libraries(estima-agent PRIVATE estima_dev)
endif()
find_library(ESTIMA_STATIC_BOOST_MPI libboost_mpi.a)
find_library(ESTIMA_STATIC_BOOST_SERIALIZATION libboost_serialization.a)
mark_as_advanced(ESTIMA_STATIC_BOOST_MPI ESTIMA_STATIC_BOOST_SERIALIZATION)
if(ESTIMA_STATIC_BOOST_MPI AND ESTIMA_STATIC_BOOST_SERIALIZATION AND NOT ESTIMA_SANITIZE)
  target_link_libraries(estima-agent PRIVATE ${ESTIMA_STATIC_BOOST_MPI} ${ESTIMA_STATIC_BOOST_SERIALIZATION})
else()
  target_link_libraries(estima-agent PRIVATE Boost::mpi Boost::serialization)
endif()
