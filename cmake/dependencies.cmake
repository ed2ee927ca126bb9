# The libraries that we build on, one target each: headers are SYSTEM, so their warnings are theirs.
# Why each of them: docs/decisions/0002-dependencies.md.

find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)

# paysaga_system_library(<target> HEADER <file> LIBS <names>): for packages without a CMake file.
function(paysaga_system_library target)
  cmake_parse_arguments(ARG "" "HEADER" "LIBS" ${ARGN})
  find_path(${target}_include ${ARG_HEADER} REQUIRED)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} SYSTEM INTERFACE ${${target}_include})
  foreach(name IN LISTS ARG_LIBS)
    find_library(${target}_${name} ${name} REQUIRED)
    target_link_libraries(${target} INTERFACE ${${target}_${name}})
  endforeach()
endfunction()

paysaga_system_library(dep_expected HEADER tl/expected.hpp)
paysaga_system_library(dep_caf HEADER caf/all.hpp LIBS caf_core)
paysaga_system_library(dep_rocksdb HEADER rocksdb/db.h LIBS rocksdb)
paysaga_system_library(dep_xxhash HEADER xxhash.h LIBS xxhash)
paysaga_system_library(dep_cli11 HEADER CLI/CLI.hpp)
paysaga_system_library(dep_toml HEADER toml++/toml.h LIBS tomlplusplus)
paysaga_system_library(dep_prometheus HEADER prometheus/registry.h LIBS prometheus-cpp-core)
paysaga_system_library(dep_rdkafka HEADER librdkafka/rdkafka.h LIBS rdkafka)
paysaga_system_library(dep_boost HEADER boost/beast.hpp LIBS boost_system)
if(PAYSAGA_TESTS)
  paysaga_system_library(dep_catch HEADER catch2/catch.hpp)
endif()

add_library(dep_fmt ALIAS fmt::fmt)
add_library(dep_spdlog ALIAS spdlog::spdlog)
add_library(dep_simdjson ALIAS simdjson::simdjson)
add_library(dep_crypto ALIAS OpenSSL::Crypto)
add_library(dep_ssl ALIAS OpenSSL::SSL)
