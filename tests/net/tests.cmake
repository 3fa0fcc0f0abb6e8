greenroom_test(net client_address_test greenroom::net)
greenroom_test(net crypto_test greenroom::net)
greenroom_test(net frame_batch_test greenroom::net)
greenroom_test(net line_quota_test greenroom::net)
greenroom_test(net origin_test greenroom::net)
greenroom_test(net outbox_queue_test greenroom::net)
greenroom_test(net static_files_test greenroom::net)
greenroom_test(net web_folder_test greenroom::net)
greenroom_test(net poller_test greenroom::net)
greenroom_test(net url_query_test greenroom::net)

include(net/socket_tests.cmake)
include(net/program_tests.cmake)

# Shares the socket tests' way to write frames.
greenroom_test(net frame_reader_test greenroom::net greenroom_test_support)
