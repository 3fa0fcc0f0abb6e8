// Stands in for libFuzzer: runs a fuzz target over every file of a folder.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  int file_count = 0;
  for (int argument = 1; argument < argc; ++argument)
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator{argv[argument]}) {
      if (!entry.is_regular_file())
        continue;
      std::ifstream stream{entry.path(), std::ios::binary};
      const std::vector<char> input{std::istreambuf_iterator<char>{stream}, {}};
      // Said before it runs, so that a crash names its input.
      std::printf("%s\n", entry.path().filename().c_str());
      std::fflush(stdout);
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()),
                             input.size());
      ++file_count;
    }
  std::printf("%d inputs replayed\n", file_count);
  return file_count > 0 ? 0 : 1;
}
