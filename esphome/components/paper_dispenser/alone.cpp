// The connection to Home Assistant: what is sent when it connects, and what the dispenser does while it is away.
#include "paper_dispenser.h"

#include <string>

#ifdef USE_API
#include "esphome/components/api/api_server.h"
#endif

namespace esphome::paper_dispenser {

namespace {
/// Home Assistant subscribes to the states when it connects; an event before that is lost.
constexpr uint32_t SUBSCRIPTION_MS = 2000;
constexpr uint32_t MS_PER_S = 1000;
}  // namespace

/// A client that only reads the log does not count: Home Assistant subscribes to the states.
void PaperDispenser::look_for_home_assistant_(uint32_t now_ms) {
#ifdef USE_API
  const bool connected = api::global_api_server->is_connected_with_state_subscription();
#else
  const bool connected = false;
#endif
  if (connected && !this->lane_.connected())
    this->connected_since_ms_ = now_ms;
  this->lane_.update(connected, now_ms);
  this->show_alone_(now_ms);
}

/// A portion that a power cut interrupted: reported once, when a client is connected.
void PaperDispenser::announce_interruption_() {
  if (!this->interrupted_ || !this->lane_.connected() || millis() - this->connected_since_ms_ < SUBSCRIPTION_MS)
    return;
  this->interrupted_ = false;
  this->announce_(to_word(Outcome::INTERRUPTED));
}

void PaperDispenser::asked() {
  if (this->lane_.connected())
    return;  // Home Assistant answers
  const uint32_t now = millis();
  Refusal refusal = this->lane_.ask();
  if (refusal == Refusal::NONE) {
    refusal = this->core_.start(this->portion_cm_, now, this->inputs_(), Asker::ALONE);
    if (refusal == Refusal::NONE)
      this->lane_.given(now);
  }
  this->begun_(refusal, "visitor");
  const uint32_t wait_s = (this->lane_.wait_ms(now) + MS_PER_S - 1) / MS_PER_S;
  if (refusal == Refusal::NONE || wait_s == 0 || this->display_ == nullptr)
    return;
  this->refused_alone_ = this->showing_ = true;
  this->display_->show(std::string(this->alone_texts_[1]) + " " + std::to_string(wait_s) + " s");
}

/// Ring and display show whether a press gives paper. When Home Assistant connects it has a moment to write its own text.
void PaperDispenser::show_alone_(uint32_t now_ms) {
  const bool away = this->lane_.away();
  // It promises no paper while the roll is empty, the cover is open, or a fault waits for a person.
  const bool open = this->lane_.open() && this->core_.status(this->inputs_()) <= Status::JAM;
  const bool changed = away != this->was_alone_ || open != this->was_open_;
  this->was_alone_ = away;
  this->was_open_ = open;
  if (changed)
    this->alone_trigger_.trigger();
  if (this->display_ == nullptr)
    return;
  const bool waited = this->refused_alone_ && this->lane_.wait_ms(now_ms) == 0;
  if (away && (changed || waited)) {
    this->display_->show(this->alone_texts_[open ? 0 : 2]);
    this->showing_ = true;
    this->refused_alone_ = false;
  }
  if (this->showing_ && this->lane_.connected() && now_ms - this->connected_since_ms_ >= SUBSCRIPTION_MS) {
    this->display_->clear();
    this->showing_ = this->refused_alone_ = false;
  }
}

}  // namespace esphome::paper_dispenser
