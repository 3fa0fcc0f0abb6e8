# What nodes say to each other and decide together, as values: no actors, no sockets.
greenroom_test(cluster membership_test greenroom::protocol)
greenroom_test(cluster circle_test greenroom::protocol)
greenroom_test(cluster placement_test greenroom::protocol)
greenroom_test(cluster link_codec_test greenroom::protocol)
greenroom_test(cluster reachability_test greenroom::protocol)
greenroom_test(cluster shared_links_test greenroom::protocol)
greenroom_test(cluster transfer_test greenroom::protocol)
greenroom_test(cluster shared_room_test greenroom::protocol)
target_sources(cluster_shared_room_test PRIVATE
  "${CMAKE_CURRENT_LIST_DIR}/shared_world.cpp")
set_tests_properties(cluster/shared_room_test PROPERTIES TIMEOUT 300)

# Several nodes, real processes, and stock clients on all of them.
find_program(GREENROOM_NODE NAMES node nodejs REQUIRED)
add_executable(cluster_stranger "${CMAKE_CURRENT_LIST_DIR}/stranger.cpp")
target_link_libraries(cluster_stranger PRIVATE
  greenroom::actors greenroom::protocol CAF::io greenroom::warnings)
foreach(name IN ITEMS processes operator security drain faults partition wide)
  set(file cluster_${name})
  if(name STREQUAL processes)
    set(file cluster)
  endif()
  set(around "")
  if(name STREQUAL partition)
    set(around "${CMAKE_CURRENT_LIST_DIR}/in_namespace.sh")
  endif()
  add_test(NAME cluster/${name}
    COMMAND ${around} ${GREENROOM_NODE} --test "${CMAKE_CURRENT_LIST_DIR}/../client/${file}.test.mjs"
    WORKING_DIRECTORY "${CMAKE_CURRENT_LIST_DIR}/../client")
  set_tests_properties(cluster/${name} PROPERTIES
    LABELS cluster
    TIMEOUT 300
    SKIP_RETURN_CODE 77
    ENVIRONMENT
      "GREENROOM_BIN=$<TARGET_FILE:greenroom>;GREENROOM_STRANGER=$<TARGET_FILE:cluster_stranger>;UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1;LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_LIST_DIR}/leaks.supp:print_suppressions=0")
endforeach()
