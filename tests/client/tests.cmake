# The stock npm client, in each version that we answer to, against the server's
# own program. tools/setup installs the packages from the lock file.
find_program(GREENROOM_NODE NAMES node nodejs REQUIRED)

foreach(name IN ITEMS
    bad_input framing handshake load presence refusals resume resume_window stop story text v1)
  add_test(NAME client/${name}
    COMMAND ${GREENROOM_NODE} --test "${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs"
    WORKING_DIRECTORY "${CMAKE_CURRENT_LIST_DIR}")
  set_tests_properties(client/${name} PROPERTIES
    LABELS client
    TIMEOUT 300
    ENVIRONMENT
      "GREENROOM_BIN=$<TARGET_FILE:greenroom>;UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1")
endforeach()
