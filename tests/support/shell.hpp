// Runs a command line and keeps what it said.
#pragma once

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <sys/wait.h>

namespace greenroom::test {

struct shell_result {
  int status = -1; ///< 128 and the signal's number if one killed it.
  std::string text;
};

inline shell_result run_shell(const std::string& command) {
  auto* const output = popen(command.c_str(), "r");
  if (!output)
    throw std::runtime_error{"cannot run " + command};
  shell_result result;
  char chunk[4096];
  while (const auto size = std::fread(chunk, 1, sizeof chunk, output))
    result.text.append(chunk, size);
  const int status = pclose(output);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

} // namespace greenroom::test
