# The simulator: one library, which tests and tools/greenroom-sim share.
set(greenroom_sim_sources
  checkers/answers.cpp
  checkers/broadcasts.cpp
  checkers/capacity.cpp
  checkers/credit.cpp
  checkers/delivery.cpp
  checkers/departures.cpp
  checkers/hearing.cpp
  checkers/introductions.cpp
  checkers/links.cpp
  checkers/meeting.cpp
  checkers/ownership.cpp
  checkers/remains.cpp
  checkers/rosters.cpp
  chronicle.cpp
  connection.cpp
  describe.cpp
  faults.cpp
  mesh.cpp
  node.cpp
  participant.cpp
  phoenix_end.cpp
  phoenix_text.cpp
  plain_end.cpp
  server_end.cpp
  shrink.cpp
  simulation.cpp
  trace.cpp
  workload.cpp
  world.cpp
  world_nodes.cpp
)
list(TRANSFORM greenroom_sim_sources PREPEND "${PROJECT_SOURCE_DIR}/tests/sim/")

# To count a mailbox is to instantiate CAF's own lists, whose sentinels are none of
# the objects that they are cast to.
set_source_files_properties("${PROJECT_SOURCE_DIR}/tests/sim/node.cpp"
  PROPERTIES COMPILE_OPTIONS -fno-sanitize=vptr)

add_library(greenroom_sim STATIC ${greenroom_sim_sources})
add_library(greenroom::sim ALIAS greenroom_sim)
target_link_libraries(greenroom_sim
  PUBLIC
    greenroom::actors # what is simulated
    greenroom::net    # its outbox queue, which knows no socket
    CAF::io           # the test multiplexer, which knows none either
  PRIVATE
    greenroom::warnings
)

greenroom_test(sim seeds_test greenroom::sim)
greenroom_test(sim regressions_test greenroom::sim)
set_tests_properties(sim/seeds_test sim/regressions_test PROPERTIES TIMEOUT 300)
greenroom_test(sim scenario_test greenroom::sim)
greenroom_test(sim cluster_scenario_test greenroom::sim greenroom::protocol)
greenroom_test(sim program_test)
target_compile_definitions(sim_program_test PRIVATE
  GREENROOM_SIM_BIN="$<TARGET_FILE:greenroom-sim>"
)
add_dependencies(sim_program_test greenroom-sim)

# Bugs on purpose are planted in a second copy of what is simulated, so that
# nothing of them can reach any other target.
set(greenroom_planted_sources ${greenroom_sim_sources})
foreach(part IN ITEMS protocol wire actors)
  get_target_property(sources greenroom_${part} SOURCES)
  get_target_property(folder greenroom_${part} SOURCE_DIR)
  list(TRANSFORM sources PREPEND "${folder}/")
  list(APPEND greenroom_planted_sources ${sources})
endforeach()
add_library(greenroom_sim_planted STATIC
  ${greenroom_planted_sources}
  "${PROJECT_SOURCE_DIR}/net/merged_presence.cpp"
  "${PROJECT_SOURCE_DIR}/net/outbox_queue.cpp"
)
target_compile_definitions(greenroom_sim_planted PUBLIC GREENROOM_PLANTED_BUGS)
target_include_directories(greenroom_sim_planted PUBLIC "${PROJECT_SOURCE_DIR}")
target_link_libraries(greenroom_sim_planted PUBLIC CAF::io PRIVATE greenroom::warnings)
greenroom_test(sim planted_bugs_test greenroom_sim_planted)
