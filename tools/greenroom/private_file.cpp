#include "tools/greenroom/private_file.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace greenroom {

void write_private_file(const std::string& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool is_well = file >= 0;
  while (is_well && !text.empty()) {
    const auto size = write(file, text.data(), text.size());
    is_well = size > 0;
    text.remove_prefix(is_well ? static_cast<std::size_t>(size) : 0);
  }
  const auto error = errno;
  if (file >= 0)
    close(file);
  if (!is_well)
    throw std::runtime_error{"cannot write " + path + ": "
                             + std::generic_category().message(error)};
}

} // namespace greenroom
