#include "tools/greenroom-load/options.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <unistd.h>

#include "tools/greenroom-load/marker.hpp"
#include "tools/greenroom-load/options_text.hpp"

namespace greenroom::load {

namespace {

constexpr std::string_view workload_names[]{"signal", "chat",  "media",     "join",
                                            "idle",   "churn", "reconnect", "mixed"};

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t result = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(),
                                            result);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return result;
}

std::optional<std::int64_t> time_of(std::string_view text) {
  static constexpr std::pair<std::string_view, std::int64_t> units[]{
    {"ms", ns_per_ms}, {"min", 60 * ns_per_second}, {"s", ns_per_second}};
  for (const auto& [unit, ns] : units)
    if (text.ends_with(unit)) {
      const auto number = number_of(text.substr(0, text.size() - unit.size()));
      if (!number || *number > 1'000'000)
        return std::nullopt;
      return static_cast<std::int64_t>(*number) * ns;
    }
  return std::nullopt;
}

std::vector<std::string> list_of(const std::string& text) {
  std::vector<std::string> result;
  for (std::size_t at = 0; at <= text.size();) {
    const auto comma = std::min(text.find(',', at), text.size());
    result.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return result;
}

/// Messages are prepared once for all rooms, so their names have one length.
bool are_room_names(std::vector<std::string> names) {
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end()
         && std::ranges::all_of(names, [&](const std::string& each) {
              return !each.empty() && each.size() == names.front().size()
                     && std::ranges::none_of(each, [](unsigned char letter) {
                          return letter <= ' ' || letter == '"' || letter == '\\';
                        });
            });
}

} // namespace

std::string_view name_of(workload what) {
  return workload_names[static_cast<std::size_t>(what)];
}

options::options() {
  add_targets();
  add_load();
  add_process();
}

void options::add_targets() {
  begin_group("The server");
  auto& url_entry = add("url", "LIST",
                        "where it listens; members of a room are spread "
                        "over all of them",
                        [this](const std::string& text) {
                          url_texts_ = list_of(text);
                          return true;
                        });
  url_entry.fallback = url_texts_.front();
  auto& dialect_entry = add(
    "dialect", "NAME", "what carries the Phoenix messages", [this](const auto& text) {
      const auto found = std::ranges::find_if(
        dialects, [&](const auto* each) { return each->name == text; });
      how = found == std::end(dialects) ? how : *found;
      return found != std::end(dialects);
    });
  dialect_entry.bounds = "phoenix, socket.io";
  dialect_entry.range = "one of " + dialect_entry.bounds;
  dialect_entry.fallback = how->name;
  auto& pid_entry = add("pid", "LIST",
                        "processes whose CPU time and memory to sample; each second",
                        [this](const std::string& text) {
                          pids.clear();
                          for (const auto& each : list_of(text)) {
                            const auto number = number_of(each);
                            if (!number || *number == 0 || *number > 4'194'304)
                              return false;
                            pids.push_back(static_cast<pid_t>(*number));
                          }
                          return true;
                        });
  pid_entry.range = "a list of process ids";
}

void options::add_load() {
  begin_group("The load");
  auto& kind = add("workload", "NAME", "what the participants do",
                   [this](const std::string& text) {
                     const auto found = std::ranges::find(workload_names, text);
                     what = static_cast<workload>(found - std::begin(workload_names));
                     return found != std::end(workload_names);
                   });
  for (const auto& each : workload_names)
    kind.bounds += (kind.bounds.empty() ? "" : ", ") + std::string{each};
  kind.range = "one of " + kind.bounds;
  kind.fallback = name_of(what);
  add_number(rooms, "rooms", "how many rooms", 1, 1'000'000);
  add("room-names", "LIST",
      "their ids, such as those that one node owns; instead of --rooms",
      [this](const std::string& text) {
        room_names = list_of(text);
        rooms = static_cast<std::uint32_t>(room_names.size());
        return are_room_names(room_names);
      })
    .range
    = "a list of different names of one length";
  add_number(room_size, "room-size", "participants of each", 1, 10'000);
  add_number(overbook, "overbook",
             "who try to join beyond that; the server must refuse them", 0, 1000);
  add_number(capacity, "capacity",
             "participants that the server may admit; 0: as many as its replies say", 0,
             10'000);
  add_time(duration_ns, "duration", "how long", ns_per_ms, 1'000'000 * ns_per_second);
  add_number(rate, "rate",
             "messages a second; of `join`, joins; of `churn`, people who come and go", 1,
             10'000'000);
  add_number(window, "window",
             "messages under way for each participant, as fast as they arrive (closed "
             "loop); of `join`, joins at a time in all; 0: the rate counts (open loop)",
             0, 100'000);
  add_number(drops, "drops", "of `reconnect`: connections that break, each second", 1,
             100'000);
  add_time(pause_ns, "pause", "of `reconnect`: how long they stay away", ns_per_ms,
           60 * ns_per_second);
  add_number(offer_percent, "offer-percent",
             "signals that are offers; the rest are ICE candidates", 0, 100);
  add_number(offer_bytes, "offer-bytes", "size of an offer", marker_bytes, 1'000'000);
  add_number(candidate_bytes, "candidate-bytes", "size of a candidate", marker_bytes,
             2048);
  add_number(chat_bytes, "chat-bytes", "size of a chat text", marker_bytes, 500);
}

void options::add_process() {
  begin_group("This program");
  add_number(threads, "threads", "threads; each has rooms of its own", 1, 64);
  add_flag(is_busy, "busy",
           "never sleep, so that a message is sent to the microsecond; takes a CPU");
  add_time(patience_ns, "patience", "how long to wait for what is missing", ns_per_ms,
           600 * ns_per_second);
  add("seed", "NUMBER", "of chance: who speaks to whom",
      [this](const std::string& text) {
        const auto number = number_of(text);
        seed = number.value_or(seed);
        return number.has_value();
      })
    .fallback
    = std::to_string(seed);
  entries_.back().range = "a number";
  add_flag(shows_timeline, "timeline", "print a line for each second");
  for (auto* target : {&json_file, &html_file}) {
    const bool is_json = target == &json_file;
    add(is_json ? "json" : "html", "FILE",
        is_json ? "write all figures here; - for standard output, instead of the text"
                : "write a page with plots here",
        [target](const std::string& text) {
          *target = text;
          return !text.empty();
        })
      .range
      = "a file's name";
  }
}

void options::begin_group(std::string heading) {
  entries_.emplace_back().heading = std::move(heading);
}

options::entry& options::add(std::string_view name, std::string value, std::string text,
                             std::function<bool(const std::string&)> parse) {
  auto& result = entries_.emplace_back();
  result.name = name;
  result.value = std::move(value);
  result.text = std::move(text);
  result.parse = std::move(parse);
  return result;
}

void options::add_number(std::uint32_t& target, std::string_view name, std::string text,
                         std::uint32_t least, std::uint32_t most) {
  auto& result = add(name, "NUMBER", std::move(text), [&target, least, most](auto& word) {
    const auto number = number_of(word);
    if (!number || *number < least || *number > most)
      return false;
    target = static_cast<std::uint32_t>(*number);
    return true;
  });
  result.bounds = std::to_string(least) + " to " + std::to_string(most);
  result.range = "a number from " + result.bounds;
  result.fallback = std::to_string(target);
}

void options::add_time(std::int64_t& target, std::string_view name, std::string text,
                       std::int64_t least_ns, std::int64_t most_ns) {
  auto& result = add(name, "TIME", std::move(text),
                     [&target, least_ns, most_ns](auto& word) {
                       const auto time = time_of(word);
                       if (!time || *time < least_ns || *time > most_ns)
                         return false;
                       target = *time;
                       return true;
                     });
  result.range = "a time such as 500ms, 30s or 2min";
  result.fallback = time_text(target);
}

void options::add_flag(bool& target, std::string_view name, std::string text) {
  auto& result = add(name, "", std::move(text), [&target](const std::string& word) {
    target = word == "true";
    return target || word == "false";
  });
  result.range = "true or false";
}

std::optional<std::string> options::read(const std::vector<std::string>& arguments) {
  for (const auto& each : arguments) {
    if (each == "--help" || each == "-h")
      wanted_ = wish::help;
    else if (each == "--version")
      wanted_ = wish::version;
    else
      continue;
    return std::nullopt; // Who asks for help need not get the rest right.
  }
  for (std::size_t at = 0; at < arguments.size(); ++at)
    if (auto fault = read_one(arguments, at))
      return fault;
  if (auto fault = validate())
    return fault;
  return read_urls();
}

std::optional<std::string> options::read_one(const std::vector<std::string>& arguments,
                                             std::size_t& at) {
  const auto& word = arguments[at];
  if (!word.starts_with("--") || word.size() == 2)
    return "unexpected argument '" + word + "'";
  const auto assignment = word.find('=');
  const auto name = word.substr(2, assignment == word.npos ? word.npos : assignment - 2);
  const auto found = std::ranges::find(entries_, name, &entry::name);
  if (name.empty() || found == entries_.end())
    return "unknown option '--" + name + "'";
  std::string value = "true";
  if (assignment != word.npos)
    value = word.substr(assignment + 1);
  else if (!found->value.empty() && at + 1 < arguments.size()
           && !arguments[at + 1].starts_with("--"))
    value = arguments[++at];
  else if (!found->value.empty())
    return "--" + name + " needs a value"
           + (found->range.empty() ? "" : ": " + found->range);
  if (!found->parse(value))
    return "--" + name + " must be " + found->range + ", not '" + value + "'";
  return std::nullopt;
}

std::optional<std::string> options::read_urls() {
  for (const auto& text : url_texts_) {
    std::string fault;
    if (auto where = read_url(text, fault))
      urls.push_back(*where);
    else
      return fault;
  }
  return std::nullopt;
}

std::optional<std::string> options::validate() const {
  if (seat_count() > seat_count_max)
    return "that is more participants than can be told apart";
  if (!room_names.empty() && rooms != room_names.size())
    return "--rooms is how many --room-names has; leave it away";
  for (const auto each : pids)
    if (::access(("/proc/" + std::to_string(each) + "/statm").c_str(), R_OK) != 0)
      return "--pid names no process: " + std::to_string(each);
  const bool needs_company = what == workload::signal || what == workload::reconnect
                             || what == workload::mixed;
  if (needs_company && room_size < 2)
    return "--workload=" + std::string{name_of(what)} + " needs a --room-size of 2";
  if (window > 0 && what != workload::signal && what != workload::chat
      && what != workload::media && what != workload::join)
    return "--workload=" + std::string{name_of(what)}
           + " has no closed loop; leave "
             "--window away";
  if (threads > rooms)
    return "--threads must not exceed --rooms, as each room belongs to one thread";
  return std::nullopt;
}

std::string options::help() const {
  std::string lines;
  for (const auto& each : entries_) {
    if (!each.heading.empty()) {
      lines += '\n' + each.heading + ":\n";
      continue;
    }
    auto text = each.text;
    if (!each.bounds.empty())
      text += "; " + each.bounds;
    if (!each.fallback.empty())
      text += " [" + each.fallback + "]";
    lines += help_lines("--" + each.name + (each.value.empty() ? "" : "=" + each.value),
                        text);
  }
  return help_frame(lines);
}

} // namespace greenroom::load
