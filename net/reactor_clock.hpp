// Timeouts and delayed mail of the actors that run on reactors.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include <caf/actor_clock.hpp>
#include <caf/atom.hpp>
#include <caf/fwd.hpp>

namespace greenroom::net {

/// Unlike CAF's own clock it makes nobody wait: CAF's takes 63 orders at a time,
/// so a crowd that leaves at once would stop the reactors, and the last handle to
/// an actor, let go by the clock's thread itself, could stop it for ever.
class reactor_clock final : public caf::actor_clock {
public:
  ~reactor_clock() override;

  void start();

  /// Forgets what was asked of it, and takes no more. May be repeated.
  void stop();

  void set_ordinary_timeout(time_point due, caf::abstract_actor* self,
                            caf::atom_value type, std::uint64_t id) override;
  void set_multi_timeout(time_point due, caf::abstract_actor* self, caf::atom_value type,
                         std::uint64_t id) override;
  void set_request_timeout(time_point due, caf::abstract_actor* self,
                           caf::message_id id) override;
  void cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) override;
  void cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) override;
  void cancel_timeouts(caf::abstract_actor* self) override;
  void schedule_message(time_point due, caf::strong_actor_ptr receiver,
                        caf::mailbox_element_ptr content) override;
  void schedule_message(time_point due, caf::group target, caf::strong_actor_ptr sender,
                        caf::message content) override;
  void cancel_all() override;

private:
  enum class kind : std::uint8_t { ordinary, multi, request, mail };

  struct alarm {
    kind what = kind::mail;
    caf::actor_id owner = 0;  ///< Who may cancel it; nobody may cancel mail.
    std::uint64_t number = 0; ///< Tells an owner's alarms of one kind apart.
    std::function<void()> ring;
  };

  using schedule = std::multimap<time_point, alarm>;

  void add(time_point due, alarm what);
  template <class Predicate>
  std::vector<alarm> take_if(caf::actor_id owner, Predicate wanted);
  std::vector<alarm> take_due();
  void run();

  std::mutex mutex_;
  std::condition_variable is_changed_;
  schedule schedule_;
  std::unordered_multimap<caf::actor_id, schedule::iterator> of_owner_;
  bool is_stopped_ = false;
  std::thread thread_;
};

} // namespace greenroom::net
