#include "net/hmac_signer.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/vocabulary/invariant.hpp"

namespace greenroom::net {

namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t secret_bytes_max = 4096;

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw std::runtime_error{"secret file " + path + ": " + why};
}

struct descriptor {
  int number;
  explicit descriptor(int opened) : number(opened) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number >= 0)
      close(number);
  }
};

std::string read_secret(const std::string& path, const descriptor& file) {
  struct stat status {};
  if (fstat(file.number, &status) != 0)
    fail(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode))
    fail(path, "is not a regular file");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    fail(path, "other users have access to it; run: chmod 600 " + path);
  std::array<char, secret_bytes_max + 1> bytes;
  const auto size = read(file.number, bytes.data(), bytes.size());
  if (size < 0)
    fail(path, std::strerror(errno));
  if (size == 0)
    fail(path, "is empty; remove it to have a new one made");
  if (static_cast<std::size_t>(size) > secret_bytes_max)
    fail(path, "is too big for a secret");
  return {bytes.data(), static_cast<std::size_t>(size)};
}

/// Written under another name first, so that nobody ever reads half a secret.
void make_secret(const std::string& path) {
  std::array<unsigned char, secret_bytes> secret;
  if (RAND_bytes(secret.data(), secret.size()) != 1)
    fail(path, "no random bytes to be had");
  auto draft = path + ".XXXXXX";
  const descriptor file{mkostemp(draft.data(), O_CLOEXEC)}; // Mode 0600.
  if (file.number < 0)
    fail(path, std::string{"cannot be made: "} + std::strerror(errno));
  const auto written = write(file.number, secret.data(), secret.size());
  const bool is_whole = written == static_cast<ssize_t>(secret.size())
                        && fsync(file.number) == 0;
  // A link fails if another node has made the file meanwhile; then that counts.
  const bool is_linked = is_whole
                         && (link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const int error = errno;
  unlink(draft.c_str());
  if (!is_linked)
    fail(path, std::string{"cannot be made: "} + std::strerror(error));
}

} // namespace

hmac_signer hmac_signer::from_file(const std::string& path) {
  descriptor present{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (present.number >= 0)
    return hmac_signer{read_secret(path, present)};
  if (errno != ENOENT)
    fail(path, std::strerror(errno));
  make_secret(path);
  const descriptor made{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (made.number < 0)
    fail(path, std::strerror(errno));
  return hmac_signer{read_secret(path, made)};
}

hmac_signer::hmac_signer(std::string secret) : secret_(std::move(secret)) {
  invariant(!secret_.empty());
}

signer_port::signature hmac_signer::sign(std::string_view bytes) const {
  signature result;
  unsigned int size = 0;
  const auto* made = HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
                          reinterpret_cast<const unsigned char*>(bytes.data()),
                          bytes.size(), result.data(), &size);
  invariant(made && size == result.size());
  return result;
}

} // namespace greenroom::net
