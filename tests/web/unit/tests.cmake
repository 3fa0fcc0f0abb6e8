# What the page computes, without a browser.
find_program(GREENROOM_NODE NAMES node nodejs REQUIRED)

file(GLOB unit_tests CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.test.mjs")
foreach(file IN LISTS unit_tests)
  get_filename_component(name "${file}" NAME_WE)
  add_test(NAME web/unit_${name} COMMAND "${GREENROOM_NODE}" --test "${file}")
  set_tests_properties(web/unit_${name} PROPERTIES LABELS web TIMEOUT 60)
endforeach()
