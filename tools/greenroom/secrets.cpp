#include "tools/greenroom/secrets.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "net/system_random.hpp"
#include "tools/greenroom/configuration.hpp"

namespace greenroom {

namespace {

net::hmac_signer make_forgetful_signer(const std::string& why, journal_port& journal) {
  const auto detail = why + "; resume tokens will not outlive this process";
  journal_entry line;
  line.level = severity::warning;
  line.event = "secret";
  line.detail = detail;
  journal.write(line);
  net::system_random random;
  std::string secret;
  for (int words = 0; words < 4; ++words)
    secret += std::to_string(random.next()) + '.';
  return net::hmac_signer{std::move(secret)};
}

} // namespace

net::hmac_signer make_signer(const std::string& file, journal_port& journal) {
  if (!file.empty())
    return net::hmac_signer::from_file(file);
  const auto usual = default_secret_file();
  if (usual.empty())
    return make_forgetful_signer("no home folder to keep a secret in", journal);
  try {
    std::filesystem::create_directories(std::filesystem::path{usual}.parent_path());
    return net::hmac_signer::from_file(usual);
  } catch (const std::runtime_error& fault) { // That of the file system is one too.
    return make_forgetful_signer(fault.what(), journal);
  }
}

std::string read_turn_secret(const std::string& file) {
  std::ifstream stream{file};
  if (!stream)
    throw std::runtime_error{"cannot read the TURN secret file '" + file + "'"};
  std::string secret{std::istreambuf_iterator<char>{stream}, {}};
  secret.erase(secret.find_last_not_of(" \t\r\n") + 1);
  if (secret.empty())
    throw std::runtime_error{"the TURN secret file '" + file + "' is empty"};
  return secret;
}

} // namespace greenroom
