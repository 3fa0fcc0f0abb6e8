#include "tools/greenroom/cluster_tls.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include <arpa/inet.h>
#include <caf/openssl/manager.hpp>
#include <caf/thread_hook.hpp>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/greenroom/configuration.hpp"

namespace greenroom {

namespace {

using context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

/// @returns What went wrong last in this thread, for people.
std::string last_reason() {
  const auto fault = ERR_peek_last_error();
  const auto* reason = ERR_reason_error_string(fault);
  return reason != nullptr ? reason : "error " + std::to_string(fault);
}

[[noreturn]] void fail(const std::string& option, const std::string& path,
                       const std::string& why) {
  ERR_clear_error();
  throw std::runtime_error{option + ' ' + path + ": " + why};
}

/// Nobody is there to be asked for a password.
int know_no_password(char*, int, int, void*) {
  return 0;
}

// -- before anything is served ---------------------------------------------------

/// Asks what another node would: the same certificate serves at both ends of a link.
void verify(SSL_CTX* all, const configuration& config) {
  STACK_OF(X509)* between = nullptr;
  SSL_CTX_get0_chain_certs(all, &between);
  for (const auto* role : {"ssl_server", "ssl_client"}) {
    const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> check{
      X509_STORE_CTX_new(), &X509_STORE_CTX_free};
    X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(all),
                        SSL_CTX_get0_certificate(all), between);
    X509_STORE_CTX_set_default(check.get(), role);
    if (X509_verify_cert(check.get()) != 1)
      fail("cluster.certificate", config.cluster_certificate,
           "by cluster.ca other nodes would not accept it: "
             + std::string{
               X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get()))});
  }
}

void check(const configuration& config, const kept_file& certificate,
           const kept_file& key, const kept_file& ca) {
  const context all{SSL_CTX_new(TLS_method()), &SSL_CTX_free};
  SSL_CTX_set_default_passwd_cb(all.get(), know_no_password);
  if (SSL_CTX_use_certificate_chain_file(all.get(), certificate.path().c_str()) != 1)
    fail("cluster.certificate", config.cluster_certificate,
         "holds no certificate that can be used: " + last_reason());
  if (SSL_CTX_use_PrivateKey_file(all.get(), key.path().c_str(), SSL_FILETYPE_PEM) != 1)
    fail("cluster.key", config.cluster_key,
         "holds no key of that certificate that can be used: " + last_reason());
  if (SSL_CTX_load_verify_locations(all.get(), ca.path().c_str(), nullptr) != 1)
    fail("cluster.ca", config.cluster_ca,
         "holds no certificate that can be used: " + last_reason());
  verify(all.get(), config);
  ERR_clear_error();
}

// -- for each link ---------------------------------------------------------------

int watch_index = -1; // Of the one `cluster_tls` that there is.

std::string peer_of(const SSL* link) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getpeername(SSL_get_fd(link), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr;
  if (address.ss_family == AF_INET6)
    bytes = &reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr;
  ::inet_ntop(address.ss_family, bytes, text.data(), text.size());
  return text.data();
}

/// CAF leaves what went wrong on one link in OpenSSL's queue of this thread, where it
/// would take it for a fault of the next link that merely has nothing to read. So the
/// queue is emptied before a link asks its socket.
long forget_other_links(BIO*, int operation, const char*, std::size_t, int, long,
                        int result, std::size_t*) {
  if (operation == BIO_CB_READ || operation == BIO_CB_WRITE)
    ERR_clear_error();
  return result;
}

std::string alert_name(int value) {
  const bool is_unnamed = (value & 0xFF)
                          == SSL_AD_CERTIFICATE_REQUIRED; // In OpenSSL 3.0.
  return is_unnamed ? "certificate required" : SSL_alert_desc_string_long(value);
}

/// Who hangs up without a word only looks whether somebody is there, as other nodes do.
/// OpenSSL takes that for a fault, and sends an alert. (Its reason, that the stream has
/// ended, is gone by then: to send it is to ask the socket.)
bool was_silent(const SSL* link) {
  return BIO_number_read(SSL_get_rbio(link)) == 0;
}

/// @returns Why the handshake is over; empty if it is not, or went well.
std::string what_failed(const SSL* link, int where, int value) {
  constexpr int fatal = 2; // Level of an alert, by RFC 8446.
  if ((where & SSL_CB_ALERT) != 0 && value >> 8 == fatal) {
    if ((where & SSL_CB_READ) != 0)
      return "it says: " + alert_name(value);
    if (const auto fault = SSL_get_verify_result(link); fault != X509_V_OK)
      return std::string{"its certificate is not accepted: "}
             + X509_verify_cert_error_string(fault);
    return was_silent(link) ? "" : "we say: " + alert_name(value);
  }
  const bool is_end = (where & SSL_CB_EXIT) != 0 && value <= 0
                      && SSL_get_error(link, value) == SSL_ERROR_SSL;
  const bool is_look = was_silent(link)
                       || ERR_GET_REASON(ERR_peek_last_error())
                            == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  return is_end && !is_look ? last_reason() : "";
}

void on_news(const SSL* link, int where, int value) {
  if ((where & SSL_CB_HANDSHAKE_START) != 0)
    BIO_set_callback_ex(SSL_get_rbio(link), forget_other_links);
  auto* owner = static_cast<cluster_tls*>(SSL_get_ex_data(link, watch_index));
  const auto why = what_failed(link, where, value);
  if (owner == nullptr || why.empty())
    return;
  owner->note_failure(peer_of(link), why);
  SSL_set_ex_data(const_cast<SSL*>(link), watch_index, nullptr); // Once is enough.
}

/// Called by OpenSSL for each link that CAF makes.
void watch(void* link, void*, CRYPTO_EX_DATA* data, int index, long, void* owner) {
  auto* watched = static_cast<SSL*>(link);
  CRYPTO_set_ex_data(data, index, owner);
  SSL_set_min_proto_version(watched, TLS1_2_VERSION);
  SSL_set_info_callback(watched, on_news);
}

/// CAF waits until this was called, not until a thread has ended. What OpenSSL keeps for a
/// thread it frees at its end, or not at all if that of the process comes first.
class thread_end : public caf::thread_hook {
public:
  void init(caf::actor_system&) override {}
  void thread_started() override {}
  void thread_terminates() override { OPENSSL_thread_stop(); }
};

} // namespace

kept_file::kept_file(const std::string& option, const std::string& path)
  : number_(::memfd_create("greenroom", MFD_CLOEXEC)) {
  std::ifstream stream{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{stream}, {}};
  if (!stream.is_open() || stream.bad() || text.empty()) {
    ::close(number_);
    fail(option, path, stream.is_open() ? "holds nothing" : std::strerror(errno));
  }
  if (::write(number_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    ::close(number_);
    fail(option, path, "no memory to keep it in");
  }
  path_ = "/proc/self/fd/" + std::to_string(number_);
}

kept_file::~kept_file() {
  ::close(number_);
}

cluster_tls::cluster_tls(configuration& config, const ports& world)
  : world_(world),
    certificate_("cluster.certificate", config.cluster_certificate),
    key_("cluster.key", config.cluster_key),
    ca_("cluster.ca", config.cluster_ca) {
  check(config, certificate_, key_, ca_);
  config.load<caf::openssl::manager>();
  config.add_thread_hook<thread_end>();
  config.openssl_certificate = certificate_.path();
  config.openssl_key = key_.path();
  config.openssl_cafile = ca_.path();
  watch_ = watch_index = SSL_get_ex_new_index(0, this, watch, nullptr, nullptr);
}

cluster_tls::~cluster_tls() {
  CRYPTO_free_ex_index(CRYPTO_EX_INDEX_SSL, watch_);
}

void cluster_tls::note_failure(const std::string& address, const std::string& why) {
  const auto now = world_.clock->now();
  {
    const std::lock_guard guard{mutex_};
    if (!lines_.admit(address + ' ' + why, now))
      return;
  }
  journal_entry line;
  line.level = severity::warning;
  line.event = "tls_failed";
  line.detail = why;
  line.address = address;
  line.ts = now;
  world_.journal->write(line);
}

} // namespace greenroom
