greenroom_test(web assets_test greenroom::assets OpenSSL::Crypto)
include("${CMAKE_CURRENT_LIST_DIR}/unit/tests.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/browser/tests.cmake")
