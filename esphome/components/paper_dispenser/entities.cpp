// The entities: what the dispenser reads, and what it publishes.
#include "paper_dispenser.h"

#include "esphome/core/log.h"

namespace esphome::paper_dispenser {

static const char *const TAG = "paper_dispenser";

namespace {
/// Counters that changed because paper was pulled, and the roll, are published no more often than this.
constexpr uint32_t HOUSEKEEPING_MS = 10000;

bool is_on(const binary_sensor::BinarySensor *sensor) { return sensor != nullptr && sensor->state; }

template<typename Entity, typename Value> void show(Entity *entity, Value value) {
  if (entity != nullptr)
    entity->publish_state(value);
}
}  // namespace

// --- what it reads -----------------------------------------------------------------------------------------------------------

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
  now.jam = this->core_.jam();
  now.fault = this->core_.fault() != Fault::NONE;
  now.paper_out = is_on(this->paper_out_input_);
  now.paper_low =
      now.paper_out || is_on(this->paper_low_input_) || this->roll_remaining_percent_() <= this->paper_low_percent_;
  now.status = to_word(this->core_.status(this->inputs_()));
  return now;
}

// --- what it publishes -------------------------------------------------------------------------------------------------------

/// Publish a start, or why it was refused.
const char *PaperDispenser::begun_(Refusal refusal, const char *who) {
  const char *word = to_word(refusal);
  if (refusal == Refusal::NONE) {
    show(this->motor_switch_, true);
  } else {
    ESP_LOGW(TAG, "%s: %s", who, word);
    this->announce_(word);
  }
  return word;
}

/// Publish the portion first and the switch last: a client that waits for "off" then knows the length.
void PaperDispenser::finish_(const Portion &portion) {
  ESP_LOGI(TAG, "%s: %.1f cm of %.1f cm, motor on for %u ms", to_word(portion.outcome), portion.cm,
           portion.target_pulses * this->core_.cm_per_pulse(), static_cast<unsigned>(portion.motor_ms));
  this->tally_.add(portion);
  if (portion.asker == Asker::ALONE && portion.pulses == 0)
    this->lane_.give_back();
  this->last_housekeeping_ms_ = millis();  // other publishing waits: a portion comes first
  this->save_(this->journal_);
  show(this->last_portion_sensor_, portion.cm);
  this->publish_counters_();
  this->publish_condition_();
  if (portion.asker == Asker::ALONE)
    this->publish_tally_();  // no client is connected; the next one reads it
  this->announce_(to_word(portion.outcome));
  show(this->motor_switch_, false);
}

void PaperDispenser::announce_(const char *word) {
  if (this->dispense_event_ != nullptr)
    this->dispense_event_->trigger(word);
}

/// Publish the values that are not published with every portion.
void PaperDispenser::housekeeping_(uint32_t now_ms) {
  if (now_ms - this->last_housekeeping_ms_ < HOUSEKEEPING_MS)
    return;
  this->last_housekeeping_ms_ = now_ms;
  this->tally_.pulled_cm += this->core_.take_strays_cm();
  const bool counted = this->core_.total_cm() != this->shown_total_cm_;
  if (counted)
    this->publish_counters_();
  if (counted || !(this->tally_ == this->stored_tally_))
    this->save_(this->journal_);
  this->publish_tally_();
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

/// Paper that FaceQuota did not ask for; each figure when it changes.
void PaperDispenser::publish_tally_() {
  const auto tell = [](sensor::Sensor *sensor, double now) {
    if (sensor != nullptr && (!sensor->has_state() || sensor->state != static_cast<float>(now)))
      sensor->publish_state(static_cast<float>(now));
  };
  tell(this->paper_pulled_sensor_, this->tally_.pulled_cm);
  tell(this->switch_portions_sensor_, this->tally_.switch_portions);
  tell(this->alone_portions_sensor_, this->tally_.alone_portions);
  tell(this->alone_paper_sensor_, this->tally_.alone_cm);
}

void PaperDispenser::publish_roll_() {
  this->shown_roll_percent_ = this->roll_remaining_percent_();
  show(this->roll_remaining_sensor_, this->shown_roll_percent_);
  show(this->roll_length_remaining_sensor_, this->roll_remaining_cm_());
}

}  // namespace esphome::paper_dispenser
