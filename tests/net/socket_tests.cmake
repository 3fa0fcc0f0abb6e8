# Tests of the real server over real sockets.
include(support/support.cmake)

# Longer than any of them takes under sanitizers on a machine with other work.
function(greenroom_socket_test name)
  greenroom_test(net ${name}_socket_test greenroom_test_support ${ARGN})
  set_tests_properties(net/${name}_socket_test PROPERTIES TIMEOUT 300)
endfunction()

greenroom_socket_test(capacity)
greenroom_socket_test(flood)
greenroom_socket_test(framing)
greenroom_socket_test(half_open)
greenroom_socket_test(http)
greenroom_socket_test(idle greenroom::net)
greenroom_socket_test(journal)
greenroom_socket_test(proxy)
greenroom_socket_test(reactors)
greenroom_socket_test(resume)
greenroom_socket_test(slow_reader)
greenroom_socket_test(stop)
greenroom_socket_test(web_root)
