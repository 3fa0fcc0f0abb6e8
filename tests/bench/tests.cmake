# Benchmarks print tables. CTest only sees to it that they work, on a small
# scale and without looking at times; `build/release` is where to measure.
include(support/support.cmake)

add_library(greenroom_bench STATIC bench/bench.cpp bench/load_client.cpp)
target_link_libraries(greenroom_bench
  PUBLIC greenroom_test_support
  PRIVATE greenroom::warnings)

# greenroom_benchmark(<name> [argument...]): the arguments are those of the smoke run.
function(greenroom_benchmark name)
  add_executable(bench_${name} bench/${name}.cpp)
  target_link_libraries(bench_${name} PRIVATE greenroom_bench greenroom::warnings)
  add_test(NAME bench/${name} COMMAND bench_${name} ${ARGN})
  set_tests_properties(bench/${name} PROPERTIES LABELS bench TIMEOUT 120)
endfunction()

greenroom_benchmark(idle_memory --connections=50 --settle-seconds=0)
greenroom_benchmark(signals --connections=12 --rate=200 --seconds=1)
