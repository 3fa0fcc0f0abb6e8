// The server program. See `greenroom --help`.
#include <cstdio>
#include <exception>
#include <string_view>

#include "tools/greenroom/configuration.hpp"
#include "tools/greenroom/ctl.hpp"
#include "tools/greenroom/server.hpp"

using greenroom::configuration;

int main(int argc, char** argv) {
  try {
    if (argc > 1 && std::string_view{argv[1]} == "ctl")
      return greenroom::control({argv + 2, argv + argc});
    configuration config;
    if (const auto fault = config.read({argv + 1, argv + argc})) {
      std::fprintf(stderr, "greenroom: %s; see greenroom --help\n", fault->c_str());
      return 2;
    }
    switch (config.wanted()) {
      case configuration::wish::help:
        return std::fputs(config.help().c_str(), stdout) < 0;
      case configuration::wish::version:
        return std::puts("greenroom " GREENROOM_VERSION) < 0;
      case configuration::wish::serve: break;
    }
    return greenroom::serve(config);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "greenroom: %s\n", fault.what());
    return 1;
  }
}
