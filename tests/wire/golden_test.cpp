// Goal: each scenario in golden/ goes, line for line, as its transcript says.
#define BOOST_TEST_MODULE greenroom_wire_golden
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/wire/script.hpp"

namespace data = boost::unit_test::data;
namespace fs = std::filesystem;
using namespace greenroom;

static std::vector<std::string> transcripts() {
  std::vector<std::string> result;
  for (const auto& entry :
       fs::directory_iterator{GREENROOM_SOURCE_DIR "/tests/wire/golden"})
    if (entry.path().extension() == ".txt")
      result.push_back(entry.path().string());
  std::ranges::sort(result);
  return result;
}

static std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream stream{file};
  std::vector<std::string> result;
  for (std::string line; std::getline(stream, line);)
    result.push_back(line);
  return result;
}

/// A transcript as it would read if the code were right.
static std::vector<std::string> replay(const std::string& file,
                                       const std::vector<std::string>& lines) {
  const bool is_v1 = fs::path{file}.filename().string().starts_with("v1_");
  test::script script{is_v1 ? wire::phoenix_version::v1 : wire::phoenix_version::v2};
  std::vector<std::string> result;
  for (const auto& line : lines) {
    if (line.starts_with('<') || line.starts_with('!'))
      continue;
    result.push_back(line);
    if (line.starts_with('>') || line.starts_with('~'))
      std::ranges::move(script.run(line), std::back_inserter(result));
  }
  return result;
}

BOOST_DATA_TEST_CASE(transcript_is_as_recorded, data::make(transcripts()), file) {
  const auto expected = lines_of(file);
  const auto actual = replay(file, expected);
  if (std::getenv("GREENROOM_RECORD")) {
    std::ofstream stream{file};
    for (const auto& line : actual)
      stream << line << '\n';
  }
  for (std::size_t at = 0; at < std::max(expected.size(), actual.size()); ++at) {
    const auto wanted = at < expected.size() ? expected[at] : "(nothing)";
    const auto found = at < actual.size() ? actual[at] : "(nothing)";
    BOOST_TEST_REQUIRE(found == wanted, fs::path{file}.filename().string()
                                          << ':' << at + 1 << "\n  wanted " << wanted
                                          << "\n  found  " << found);
  }
}

BOOST_AUTO_TEST_CASE(transcripts_were_found) {
  BOOST_TEST(transcripts().size() > 10u);
}
