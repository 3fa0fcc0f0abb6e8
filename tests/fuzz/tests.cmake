# One program per fuzz target, with its corpus in corpus/<name>. CTest replays the
# corpus in every build; with GREENROOM_FUZZ, which takes clang, the same program
# searches for more: `build/fuzz/tests/fuzz_phoenix_fuzz NEW_INPUTS_FOLDER`.
add_custom_target(fuzzers)

function(greenroom_fuzz name)
  add_executable(fuzz_${name} fuzz/${name}.cpp)
  target_link_libraries(fuzz_${name} PRIVATE greenroom_test_options ${ARGN})
  if(GREENROOM_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    set(replay -runs=0)
  else()
    target_sources(fuzz_${name} PRIVATE fuzz/replay.cpp)
  endif()
  add_dependencies(fuzzers fuzz_${name})
  add_test(NAME fuzz/${name}
    COMMAND fuzz_${name} ${replay} "${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name}")
  set_tests_properties(fuzz/${name} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()

greenroom_fuzz(phoenix_fuzz greenroom::wire)
greenroom_fuzz(frame_fuzz greenroom::wire)
greenroom_fuzz(text_fuzz greenroom::protocol)
greenroom_fuzz(websocket_fuzz greenroom::net)
