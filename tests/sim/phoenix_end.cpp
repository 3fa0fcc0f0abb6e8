#include "tests/sim/phoenix_text.hpp"
#include "tests/sim/server_end.hpp"

#include <utility>

#include "net/outbox_queue.hpp"
#include "protocol/wire/phoenix.hpp"

namespace greenroom::sim {

namespace {

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};

/// So often does a connection look at its clock.
constexpr std::int64_t tick_ms = 1'000;

/// All that a connection does in production but for its socket: requests go in as
/// a stock client writes them, words come out as it reads them.
class phoenix_end final : public server_end, private wire::dialect_host {
public:
  phoenix_end(surroundings world, std::size_t outbox_bytes_max)
    : server_end(std::move(world)),
      dialect_(wire::make_phoenix(wire::phoenix_version::v2)),
      queue_(outbox_bytes_max) {
    tick();
  }

  bool wants(const request&) const override { return dialect_->wants_input(); }

  void take(request said) override {
    if (const auto* wanted = std::get_if<join_request>(&said.what))
      topics_[said.slot] = "room:" + wanted->room.value;
    auto text = write_request(said, topics_[said.slot]);
    dialect_->receive(text, world_.now(), *this);
  }

  bool has_word() const override { return !queue_.empty(); }
  bool is_over() const override { return is_closing_ || queue_.is_over(); }
  bool was_congested() const override { return was_congested_; }

  std::optional<word> next() override {
    auto item = queue_.pop();
    if (!item)
      return std::nullopt;
    if (item->frame)
      return read_word(*item->frame);
    wire::json_text text;
    if (!dialect_->encode(item->slot, *item->event, text))
      return std::nullopt;
    return read_word(text.str());
  }

protected:
  void hear(slot_id slot, session_event&& event) override {
    dialect_->hear(slot, std::move(event), *this);
  }

private:
  void tick() {
    world_.after(tick_ms, [this] {
      if (dialect_->has_deadlines())
        dialect_->tick(world_.now(), *this);
      hand_over();
      tick();
    });
  }

  // -- wire::dialect_host ---------------------------------------------------------

  void send(shared_frame frame) override { queue_.push(std::move(frame)); }
  void relay(slot_id slot, shared_event event, bool is_replay) override {
    if (queue_.size() >= congested_count) {
      queue_.congest();
      was_congested_ = true;
    }
    queue_.push(slot, std::move(event), is_replay);
  }
  void open(slot_id slot, join_request wanted) override {
    server_end::open(slot, std::move(wanted));
  }
  void push(slot_id slot, client_push&& said) override {
    server_end::push(slot, std::move(said));
  }
  void leave(slot_id slot) override { server_end::leave(slot); }
  void release(slot_id slot) override { server_end::release(slot); }
  void close(close_reason) override { is_closing_ = true; }
  void note(journal_entry) override {} // Checkers see the refusal itself.

  std::unique_ptr<wire::dialect> dialect_;
  net::outbox_queue queue_;
  std::map<slot_id, std::string> topics_;
  bool is_closing_ = false;
  bool was_congested_ = false;
};

} // namespace

std::unique_ptr<server_end> make_phoenix_end(surroundings world,
                                             std::size_t outbox_bytes_max) {
  return std::make_unique<phoenix_end>(std::move(world), outbox_bytes_max);
}

} // namespace greenroom::sim
