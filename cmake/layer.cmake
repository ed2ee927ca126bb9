# paysaga_layer(<folder> USES <layers> LINKS <libs> PUBLIC_LINKS <libs>)
#
# One folder, one static library. Its headers are spelled "paysaga/<folder>/<file>.hpp" and exist only
# for targets that name the layer in USES: the include directory is build/layers/<folder>, which holds
# one link, paysaga/<folder>, to the source folder. So the build itself forbids a wrong arrow.
function(paysaga_layer folder)
  cmake_parse_arguments(ARG "" "" "USES;LINKS;PUBLIC_LINKS" ${ARGN})
  set(include_dir ${CMAKE_BINARY_DIR}/layers/${folder})
  file(MAKE_DIRECTORY ${include_dir}/paysaga)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_dir}/paysaga/${folder} SYMBOLIC)

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(paysaga_${folder} STATIC ${sources} ${CMAKE_SOURCE_DIR}/cmake/layer.cpp)
  target_include_directories(paysaga_${folder} PUBLIC ${include_dir})
  foreach(layer IN LISTS ARG_USES)
    target_link_libraries(paysaga_${folder} PUBLIC paysaga_${layer})
  endforeach()
  target_link_libraries(paysaga_${folder} PUBLIC ${ARG_PUBLIC_LINKS} PRIVATE ${ARG_LINKS} paysaga_flags)
endfunction()

# paysaga_test(<folder> USES <layers> LINKS <libs>): one test binary a layer, linked to nothing above it.
function(paysaga_test folder)
  cmake_parse_arguments(ARG "" "" "USES;LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  set(name ${folder}_test)
  add_executable(${name} ${sources} ${CMAKE_CURRENT_SOURCE_DIR}/main.cpp)
  foreach(layer IN LISTS ARG_USES)
    target_link_libraries(${name} PRIVATE paysaga_${layer})
  endforeach()
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} dep_catch paysaga_flags Threads::Threads)
  catch_discover_tests(${name} TEST_PREFIX "${folder}/" PROPERTIES TIMEOUT 300)
endfunction()
