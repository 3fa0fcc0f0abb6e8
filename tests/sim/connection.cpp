#include "tests/sim/connection.hpp"

#include <utility>

namespace greenroom::sim {

void connection::send(request said) {
  if (!is_hung_up_)
    up_.push_back(std::move(said));
}

void connection::lose_requests(std::size_t kept_count) {
  while (up_.size() > kept_count)
    up_.pop_back();
}

bool connection::can_carry_up() const {
  return !is_cut && !is_held && !up_.empty() && !server_->is_lost()
         && server_->wants(up_.front());
}

void connection::carry_up() {
  auto said = std::move(up_.front());
  up_.pop_front();
  server_->take(std::move(said));
}

bool connection::can_carry_down() const {
  return !is_cut && !is_held && !is_unread && !is_hung_up_ && !server_->is_lost()
         && server_->has_word();
}

std::optional<word> connection::carry_down() {
  return server_->next();
}

void connection::close() {
  if (!server_->is_lost())
    server_->lose();
  up_.clear();
}

} // namespace greenroom::sim
