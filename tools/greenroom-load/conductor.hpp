// Runs the threads of a load, and watches them and the server.
#pragma once

#include "tools/greenroom-load/figures.hpp"
#include "tools/greenroom-load/options.hpp"

namespace greenroom::load {

/// Returns when all is done, or the server is gone, or Ctrl-C was pressed.
figures conduct(const options& wanted);

} // namespace greenroom::load
