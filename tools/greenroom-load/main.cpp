// The load generator. See `greenroom-load --help`.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <string>

#include "tools/greenroom-load/conductor.hpp"
#include "tools/greenroom-load/figures.hpp"
#include "tools/greenroom-load/options.hpp"

using namespace greenroom::load;

namespace {

constexpr int status_wrong = 1;
constexpr int status_usage = 2;
constexpr int status_failed = 3;

/// @returns Whether it could be written.
bool write_file(const std::string& path, const std::string& content) {
  std::ofstream file{path, std::ios::binary};
  if (file << content << std::flush)
    return true;
  std::fprintf(stderr, "greenroom-load: cannot write '%s': %s\n", path.c_str(),
               std::strerror(errno));
  return false;
}

bool report(const options& wanted, const figures& measured) {
  const bool is_json_only = wanted.json_file == "-";
  const auto text = is_json_only ? json_report(wanted, measured)
                                 : text_report(wanted, measured);
  bool is_written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!is_json_only && !wanted.json_file.empty())
    is_written &= write_file(wanted.json_file, json_report(wanted, measured));
  if (!wanted.html_file.empty())
    is_written &= write_file(wanted.html_file, html_report(wanted, measured));
  return is_written;
}

int load(const options& wanted) {
  const auto measured = conduct(wanted);
  const bool is_written = report(wanted, measured);
  if (!measured.failure.empty()) {
    std::fprintf(stderr, "greenroom-load: %s\n", measured.failure.c_str());
    return status_failed;
  }
  return measured.counts.wrong.total() > 0 || !is_written ? status_wrong : 0;
}

} // namespace

int main(int argc, char** argv) {
  try {
    options wanted;
    if (const auto fault = wanted.read({argv + 1, argv + argc})) {
      std::fprintf(stderr, "greenroom-load: %s; see greenroom-load --help\n",
                   fault->c_str());
      return status_usage;
    }
    switch (wanted.wanted()) {
      case options::wish::help: return std::fputs(wanted.help().c_str(), stdout) < 0;
      case options::wish::version:
        return std::puts("greenroom-load " GREENROOM_VERSION) < 0;
      case options::wish::load: break;
    }
    return load(wanted);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "greenroom-load: %s\n", fault.what());
    return status_failed;
  }
}
