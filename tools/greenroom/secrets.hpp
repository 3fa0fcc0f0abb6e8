// Secrets that lie in files.
#pragma once

#include <string>

#include "net/hmac_signer.hpp"

namespace greenroom {

/// Signs with the secret of `file`, which is made if there is none.
/// @param file If empty, the default place is taken, and if that cannot be used,
///        a secret that lasts as long as the process; `journal` hears of it.
/// @throws std::runtime_error when `file` is given and cannot be used.
net::hmac_signer make_signer(const std::string& file, journal_port& journal);

/// @returns What `file` holds, without the white space at its end.
/// @throws std::runtime_error when it cannot be read, or holds nothing.
std::string read_turn_secret(const std::string& file);

} // namespace greenroom
