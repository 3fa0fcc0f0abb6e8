# What tools/bench measures with, in the release build. CTest only sees to it that
# the floor does what the servers do that it is compared with; see tests/load.
add_executable(bench_floor bench/peers/floor.cpp)
target_include_directories(bench_floor PRIVATE "${PROJECT_SOURCE_DIR}")
target_link_libraries(bench_floor PRIVATE OpenSSL::Crypto greenroom::warnings)

# Google Benchmark is no requirement, as it only tells how fast parts are.
find_package(benchmark QUIET)
if(benchmark_FOUND)
  add_executable(bench_micro EXCLUDE_FROM_ALL bench/micro.cpp)
  target_include_directories(bench_micro PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(bench_micro PRIVATE
    greenroom::net greenroom::wire benchmark::benchmark greenroom::warnings)
endif()
