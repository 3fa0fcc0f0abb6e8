# What nodes say to each other and decide together, as values: no actors, no sockets.
greenroom_test(cluster membership_test greenroom::protocol)
greenroom_test(cluster placement_test greenroom::protocol)
greenroom_test(cluster link_codec_test greenroom::protocol)
greenroom_test(cluster shared_room_test greenroom::protocol)
target_sources(cluster_shared_room_test PRIVATE
  "${CMAKE_CURRENT_LIST_DIR}/shared_world.cpp")
