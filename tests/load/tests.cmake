# The load generator: its parts, and the program against servers good and bad.
greenroom_test(load histogram_test greenroom::load)
greenroom_test(load ledger_test greenroom::load)
greenroom_test(load message_test greenroom::load)

find_program(GREENROOM_NODE NAMES node nodejs REQUIRED)
foreach(name IN ITEMS endings faults floor workloads)
  add_test(NAME load/${name}
    COMMAND ${GREENROOM_NODE} --test "${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs"
    WORKING_DIRECTORY "${CMAKE_CURRENT_LIST_DIR}")
  set(programs
    "GREENROOM_BIN=$<TARGET_FILE:greenroom>"
    "GREENROOM_LOAD_BIN=$<TARGET_FILE:greenroom-load>"
    "GREENROOM_FLOOR_BIN=$<TARGET_FILE:bench_floor>")
  set_tests_properties(load/${name} PROPERTIES
    LABELS load
    TIMEOUT 300
    ENVIRONMENT "${programs};UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1")
endforeach()
