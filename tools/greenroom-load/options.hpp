// What the command line says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "tools/greenroom-load/clock.hpp"
#include "tools/greenroom-load/dialect.hpp"
#include "tools/greenroom-load/url.hpp"

namespace greenroom::load {

enum class workload : std::uint8_t {
  signal,
  chat,
  media,
  join,
  idle,
  churn,
  reconnect,
  mixed,
};

std::string_view name_of(workload what);

/// Options are added once, by the constructor; `help` tells of the same list.
class options {
public:
  options();
  options(const options&) = delete;
  options& operator=(const options&) = delete;

  // -- whom ----------------------------------------------------------------------
  std::vector<url> urls;
  const dialect* how = &phoenix_dialect;
  std::vector<pid_t> pids;

  // -- what ----------------------------------------------------------------------
  workload what = workload::signal;
  std::uint32_t rooms = 50;
  std::vector<std::string> room_names; ///< All of one length; empty: made up.
  std::uint32_t room_size = 6;
  std::uint32_t overbook = 0;
  std::uint32_t capacity = 0; ///< Zero: what the server says.
  std::int64_t duration_ns = 10 * ns_per_second;
  std::uint32_t rate = 1000; ///< Each second.
  std::uint32_t window = 0;  ///< Zero: open loop.
  std::uint32_t drops = 10;  ///< Each second.
  std::int64_t pause_ns = 200 * ns_per_ms;

  // -- messages ------------------------------------------------------------------
  std::uint32_t offer_percent = 10;
  std::uint32_t offer_bytes = 2500;
  std::uint32_t candidate_bytes = 200;
  std::uint32_t chat_bytes = 64;

  // -- this process --------------------------------------------------------------
  std::uint32_t threads = 1;
  bool is_busy = false;
  std::int64_t patience_ns = 5 * ns_per_second;
  std::uint64_t seed = 1;
  bool shows_timeline = false;
  std::string json_file;
  std::string html_file;

  std::size_t seats_per_room() const { return std::size_t{room_size} + overbook; }
  std::size_t seat_count() const { return rooms * seats_per_room(); }

  enum class wish { load, help, version };
  wish wanted() const { return wanted_; }

  /// @param arguments Without the program's name.
  /// @returns What is wrong with them, in one line; nothing if all is well.
  std::optional<std::string> read(const std::vector<std::string>& arguments);

  /// @returns All options, for people.
  std::string help() const;

private:
  struct entry {
    std::string heading; ///< Not empty: a line that begins a group, and nothing else.
    std::string name;
    std::string value; ///< What stands for its value, such as "NUMBER"; empty: a flag.
    std::string text;
    std::string range; ///< Which values are good, such as "a number from 1 to 8".
    std::string bounds;
    std::string fallback;
    std::function<bool(const std::string&)> parse;
  };

  void add_targets();
  void add_load();
  void add_process();
  void begin_group(std::string heading);
  entry& add(std::string_view name, std::string value, std::string text,
             std::function<bool(const std::string&)> parse);
  void add_number(std::uint32_t& target, std::string_view name, std::string text,
                  std::uint32_t least, std::uint32_t most);
  void add_time(std::int64_t& target, std::string_view name, std::string text,
                std::int64_t least_ns, std::int64_t most_ns);
  void add_flag(bool& target, std::string_view name, std::string text);
  std::optional<std::string> read_one(const std::vector<std::string>& arguments,
                                      std::size_t& at);
  std::optional<std::string> read_urls();
  std::optional<std::string> validate() const;

  std::vector<std::string> url_texts_{"ws://127.0.0.1:4000"};
  wish wanted_ = wish::load;
  std::vector<entry> entries_;
};

} // namespace greenroom::load
