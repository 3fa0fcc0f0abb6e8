#include "protocol/session/session.hpp"

#include "protocol/vocabulary/invariant.hpp"
#include "protocol/vocabulary/planted.hpp"

namespace greenroom {

using phase = session_state::phase;

farewell admit(session_state& session, const admission& seat) {
  invariant(session.seat.attachment == 0 && seat.attachment != 0);
  session.seat = {seat.self, seat.attachment};
  session.resumable = seat.resumable;
  if (session.at == phase::lost)
    return seat.resumed ? farewell::suspend : farewell::leave;
  if (session.at != phase::joining)
    return farewell::none;
  session.at = session.leave_wanted ? phase::leaving : phase::joined;
  return session.leave_wanted ? farewell::leave : farewell::none;
}

farewell leave(session_state& session) {
  session.leave_wanted = true;
  if (session.at != phase::joined)
    return farewell::none;
  session.at = phase::leaving;
  return farewell::leave;
}

farewell lose(session_state& session) {
  const auto before = session.at;
  if (before != phase::ended)
    session.at = phase::lost;
  if (before != phase::joined || is_planted(planted_bug::ghost_after_loss))
    return farewell::none;
  return session.resumable ? farewell::suspend : farewell::leave;
}

void end(session_state& session) {
  session.at = phase::ended;
}

bool is_heard(const session_state& session) {
  return session.at != phase::lost && session.at != phase::ended;
}

} // namespace greenroom
