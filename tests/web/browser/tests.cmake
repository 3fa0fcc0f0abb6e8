# The page in a real Chromium. tools/setup installs it, and the packages from the
# lock file. One at a time: each decodes video on every core there is.
find_program(GREENROOM_NODE NAMES node nodejs REQUIRED)
find_program(GREENROOM_CHROMIUM NAMES chromium REQUIRED)

foreach(name IN ITEMS call page six)
  add_test(NAME web/${name}
    COMMAND ${GREENROOM_NODE} --test "${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs"
    WORKING_DIRECTORY "${CMAKE_CURRENT_LIST_DIR}")
  set_tests_properties(web/${name} PROPERTIES
    LABELS web
    RUN_SERIAL TRUE
    TIMEOUT 300
    ENVIRONMENT
      "GREENROOM_BIN=$<TARGET_FILE:greenroom>;GREENROOM_CHROMIUM=${GREENROOM_CHROMIUM}")
endforeach()
