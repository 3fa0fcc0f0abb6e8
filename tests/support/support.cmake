# What tests over real sockets share. Included by each folder that needs it.
include_guard(GLOBAL)

add_library(greenroom_test_support STATIC
  support/json.cpp
  support/phoenix_client.cpp
  support/resuming_client.cpp
  support/server_process.cpp
  support/tcp_client.cpp
  support/websocket_client.cpp
  support/websocket_frames.cpp
)
target_compile_definitions(greenroom_test_support PRIVATE
  GREENROOM_BIN="$<TARGET_FILE:greenroom>")
target_include_directories(greenroom_test_support PUBLIC "${PROJECT_SOURCE_DIR}")
target_link_libraries(greenroom_test_support PRIVATE greenroom::warnings)
# Whoever talks to the server needs it built.
add_dependencies(greenroom_test_support greenroom)
