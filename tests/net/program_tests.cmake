# Tests of the reactor, and of the server program: its options, its journal, and
# what it says to whoever starts it.
include(support/support.cmake)

greenroom_test(net reactor_test greenroom::net)
greenroom_test(net reactor_turn_test greenroom::net)
greenroom_test(net configuration_test greenroom::program)
greenroom_test(net journal_test greenroom::program greenroom_test_support)
greenroom_test(net cli_test greenroom_test_support)
target_compile_definitions(net_cli_test PRIVATE GREENROOM_BIN="$<TARGET_FILE:greenroom>")
greenroom_test(net control_test greenroom_test_support)
target_compile_definitions(net_control_test PRIVATE
  GREENROOM_BIN="$<TARGET_FILE:greenroom>"
  GREENROOM_SIM_BIN="$<TARGET_FILE:greenroom-sim>"
)
add_dependencies(net_control_test greenroom greenroom-sim)
