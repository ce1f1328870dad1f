// What the dispenser sees and what it tells: the entities.
#include "paper_dispenser.h"

#include "esphome/core/log.h"
#ifdef USE_API
#include "esphome/components/api/api_server.h"
#endif

namespace esphome::paper_dispenser {

static const char *const TAG = "paper_dispenser";

namespace {
/// Counters that changed by somebody's pulling, and the roll, are published no more often than this.
constexpr uint32_t HOUSE_KEEPING_MS = 10000;
/// Home Assistant subscribes to the states when it connects; an event before that is lost.
constexpr uint32_t SUBSCRIPTION_MS = 2000;

bool is_on(const binary_sensor::BinarySensor *sensor) { return sensor != nullptr && sensor->state; }

template<typename Entity, typename Value> void show(Entity *entity, Value value) {
  if (entity != nullptr)
    entity->publish_state(value);
}
}  // namespace

// --- what it sees ------------------------------------------------------------------------------------------------------------

Inputs PaperDispenser::inputs_() const {
  Inputs inputs;
  inputs.cover_open = is_on(this->cover_);
  inputs.paper_out = is_on(this->paper_out_input_);
  if (this->current_ != nullptr)
    inputs.current_a = this->current_->state;
  return inputs;
}

float PaperDispenser::roll_remaining_cm_() const {
  return std::max(0.0f, this->roll_cm_ - static_cast<float>(this->core_.roll_used_cm()));
}

float PaperDispenser::roll_remaining_percent_() const { return std::round(100.0f * this->roll_remaining_cm_() / this->roll_cm_); }

PaperDispenser::Condition PaperDispenser::condition_() const {
  Condition now{};
  const bool cover = is_on(this->cover_);
  now.jam = this->core_.jam();
  now.fault = this->core_.fault() != Fault::NONE;
  now.paper_out = is_on(this->paper_out_input_);
  now.paper_low =
      now.paper_out || is_on(this->paper_low_input_) || this->roll_remaining_percent_() <= this->paper_low_percent_;
  now.status = now.fault ? to_word(this->core_.fault()) : cover ? "cover_open" : now.paper_out ? "paper_out" : now.jam ? "jam" : "ready";
  return now;
}

// --- what it tells -----------------------------------------------------------------------------------------------------------

/// Tell the world about a start, or about a start that was refused.
const char *PaperDispenser::begun_(Refusal refusal, const char *who) {
  const char *word = to_word(refusal);
  if (refusal == Refusal::NONE) {
    this->cut_timer_.arm(this->limits_.time_limit_ms);
    this->motor_on_ = true;
    this->motor_on_trigger_.trigger();
    show(this->motor_switch_, true);
    this->save_(this->journal_);
  } else {
    ESP_LOGW(TAG, "%s: %s", who, word);
    this->announce_(word);
  }
  return word;
}

/// Everything about the portion first, the switch last: who waits for "off" finds the length there already.
void PaperDispenser::finish_(const Portion &portion) {
  ESP_LOGI(TAG, "%s: %.1f cm of %.1f cm, motor on for %u ms", to_word(portion.outcome), portion.cm,
           portion.target_pulses * this->core_.cm_per_pulse(), static_cast<unsigned>(portion.motor_ms));
  this->save_(this->journal_);
  show(this->last_portion_sensor_, portion.cm);
  this->publish_counters_();
  this->publish_condition_();
  this->announce_(to_word(portion.outcome));
  show(this->motor_switch_, false);
}

void PaperDispenser::announce_(const char *word) {
  if (this->dispense_event_ != nullptr)
    this->dispense_event_->trigger(word);
}

/// A portion that the power cut: told once, when somebody listens.
void PaperDispenser::announce_interruption_() {
#ifdef USE_API
  if (!this->interrupted_)
    return;
  const bool connected = api::global_api_server->is_connected_with_state_subscription();
  if (connected && !this->connected_)
    this->connected_since_ms_ = millis();
  this->connected_ = connected;
  if (!connected || millis() - this->connected_since_ms_ < SUBSCRIPTION_MS)
    return;
  this->interrupted_ = false;
  this->announce_(to_word(Outcome::INTERRUPTED));
#endif
}

/// What need not be told with every portion.
void PaperDispenser::keep_house_(uint32_t now_ms) {
  if (now_ms - this->house_kept_ms_ < HOUSE_KEEPING_MS)
    return;
  this->house_kept_ms_ = now_ms;
  if (this->core_.total_cm() != this->shown_total_cm_) {
    this->publish_counters_();
    this->save_(this->journal_);
  }
  if (this->roll_remaining_percent_() != this->shown_roll_percent_)
    this->publish_roll_();
}

void PaperDispenser::publish_condition_() {
  const Condition now = this->condition_();
  if (this->condition_shown_ && now == this->shown_)
    return;
  if (now.fault != this->shown_.fault)
    this->save_(true);  // a fault outlives a reboot: only a person resets it
  this->condition_shown_ = true;
  this->shown_ = now;
  show(this->jam_binary_sensor_, now.jam);
  show(this->fault_binary_sensor_, now.fault);
  show(this->paper_low_binary_sensor_, now.paper_low);
  show(this->paper_out_binary_sensor_, now.paper_out);
  if (this->status_text_sensor_ != nullptr && this->status_text_sensor_->state != now.status)
    this->status_text_sensor_->publish_state(now.status);
}

void PaperDispenser::publish_counters_() {
  this->shown_total_cm_ = this->core_.total_cm();
  show(this->paper_dispensed_sensor_, static_cast<float>(this->core_.total_cm()));
  show(this->portions_sensor_, static_cast<float>(this->core_.portions()));
}

void PaperDispenser::publish_roll_() {
  this->shown_roll_percent_ = this->roll_remaining_percent_();
  show(this->roll_remaining_sensor_, this->shown_roll_percent_);
  show(this->roll_length_remaining_sensor_, this->roll_remaining_cm_());
}

}  // namespace esphome::paper_dispenser
