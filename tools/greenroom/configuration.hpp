// What an operator may set, by command line or by file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/actor_system_config.hpp>
#include <caf/timespan.hpp>

namespace greenroom {

/// Options are added once, by the constructor; `help` tells of the same list.
/// CAF reads their values and brings options of its own, such as
/// `scheduler.policy`.
class configuration final : public caf::actor_system_config {
public:
  configuration();
  configuration(const configuration&) = delete;
  configuration& operator=(const configuration&) = delete;

  // -- connections ---------------------------------------------------------------
  std::string address = "127.0.0.1";
  std::uint16_t port = 4000;
  std::vector<std::string> allowed_origins;
  std::vector<std::string> trusted_proxies;
  std::size_t connection_count_max;
  caf::timespan idle_timeout;

  /// Empty: the page that is embedded in the program.
  std::string web_root;

  // -- rooms ---------------------------------------------------------------------
  std::uint32_t capacity;
  std::size_t room_count_max;
  caf::timespan room_linger;
  caf::timespan resume_window;
  std::string secret_file; ///< Empty: `default_secret_file`.

  // -- what browsers are told ----------------------------------------------------
  std::vector<std::string> ice_stun{"stun:stun.l.google.com:19302"};
  std::vector<std::string> ice_turn;
  std::string ice_turn_secret_file;

  // -- other nodes ---------------------------------------------------------------
  std::string cluster_name; ///< Empty: this node is alone.
  std::string cluster_address = "127.0.0.1";
  std::uint16_t cluster_port = 4100;
  std::string cluster_advertise; ///< Empty: `cluster_address`.
  std::vector<std::string> cluster_join;
  std::string cluster_certificate; ///< Empty, as are the next two: nodes do not encrypt.
  std::string cluster_key;
  std::string cluster_ca;
  caf::timespan cluster_drain_timeout = std::chrono::seconds{30};

  // -- this process --------------------------------------------------------------
  std::uint32_t reactors = 0; ///< Zero: one for each processor, at most eight.
  caf::timespan busy_poll{0}; ///< Zero: threads sleep as soon as nothing is to be done.
  std::string control_socket; ///< Empty: none.
  std::string log_level = "info";
  std::string log_format = "text";

  /// What the command line asks for.
  enum class wish { serve, help, version };

  /// Reads the configuration file, if one is named, then the command line, which
  /// wins.
  /// @param arguments Without the program's name.
  /// @returns What is wrong with them, in one line; nothing if all is well.
  std::optional<std::string> read(std::vector<std::string> arguments);

  wish wanted() const { return wanted_; }

  /// @returns Which scheduler runs actors.
  caf::atom_value scheduler_policy() const;

  /// @returns How many I/O threads to start; never zero.
  std::size_t reactor_count() const;

  /// @returns "host:port" at which other nodes reach this one.
  std::string advertised_address() const;

  /// @returns All options, for people.
  std::string help() const;

private:
  /// A line of the help text, and the check of its value.
  struct entry {
    std::string heading; ///< Not empty: a line that begins a group, and nothing else.
    std::string name;    ///< As in `--name`.
    std::string value;   ///< What stands for its value, such as "NUMBER".
    std::string text;    ///< What it does.
    std::string range;   ///< Which values are good, such as "a number from 1 to 8".
    std::string bounds;  ///< The same in short: "1 to 8".
    std::string fallback;
    std::function<bool()> is_good;
  };

  void begin_group(std::string heading);
  template <class T>
  entry& add(T& target, std::string_view name, std::string value, std::string text);
  template <class T>
  void add_number(T& target, std::string_view name, std::string text, T least, T most);
  void add_time(caf::timespan& target, std::string_view name, std::string text,
                caf::timespan least, caf::timespan most);
  void add_choice(std::string& target, std::string_view name, std::string text,
                  std::vector<std::string> choices);
  void add_options();
  void add_cluster_options();
  void add_process_options();

  std::optional<std::string> what_is_wrong_with_cluster() const;
  std::optional<std::string> read_file(const std::string& path);
  std::optional<std::string> read_section(const caf::settings& section,
                                          const std::string& category);
  std::optional<std::string> read_arguments(const std::vector<std::string>& arguments);
  std::string what_is_wrong(const std::string& text, const caf::error& fault) const;
  std::string form_in_file(const std::string& name) const;
  void put(const caf::config_option& option, const caf::config_value& value);
  bool is_good(const std::string& name) const;
  std::string must_be(const std::string& name, const std::string& value) const;
  const caf::config_option* find(const std::string& name) const;
  std::string range_of(const std::string& name) const;

  std::string config_file_;
  wish wanted_ = wish::serve;
  std::vector<entry> entries_;
};

/// @returns Where the secret lies unless `--secret-file` says otherwise; empty
///          if the environment names no home.
std::string default_secret_file();

} // namespace greenroom
