#include "paper_dispenser.h"

#include "esphome/core/log.h"

#include "words.h"

namespace esphome::paper_dispenser {

static const char *const TAG = "paper_dispenser";

namespace {
void IRAM_ATTR on_pulse(PulseGate<GatePin> *gate) { gate->edge(micros()); }
void IRAM_ATTR on_time_limit(void *gate) { static_cast<PulseGate<GatePin> *>(gate)->expire(); }
}  // namespace

void PaperDispenser::setup() {
  if (this->motor_pin_ != nullptr) {
    this->motor_pin_->setup();
    this->motor_pin_->digital_write(false);
#ifndef USE_HOST
    this->gate_.set_pin(this->motor_pin_->to_isr());
#endif
  }
  this->core_.setup(millis());
  if (this->pulse_pin_ != nullptr) {
    this->pulse_pin_->setup();
    this->pulse_pin_->attach_interrupt(on_pulse, &this->gate_, gpio::INTERRUPT_RISING_EDGE);
  }
  if (!this->cut_timer_.setup(on_time_limit, &this->gate_)) {
    ESP_LOGE(TAG, "No hardware timer left for the second time limit");
    this->mark_failed();
    return;
  }
#ifdef USE_SENSOR
  if (this->paper_dispensed_sensor_ != nullptr)
    this->paper_dispensed_sensor_->publish_state(this->core_.total_cm());
#endif
#ifdef USE_SWITCH
  if (this->motor_switch_ != nullptr)
    this->motor_switch_->publish_state(false);
#endif
  this->publish_faults_();
}

void PaperDispenser::loop() {
  const auto portion = this->core_.poll(millis(), this->inputs_());
  if (this->motor_on_ && this->core_.state() != State::RUNNING)
    this->motor_is_off_();
  if (portion.has_value())
    this->finish_(*portion);
  else if (this->core_.state() == State::IDLE)
    this->publish_faults_();
}

void PaperDispenser::on_shutdown() {
  this->core_.stop(millis());
  if (this->motor_on_)
    this->motor_is_off_();
}

void PaperDispenser::dump_config() {
  ESP_LOGCONFIG(TAG, "Paper dispenser: %.2f cm per pulse, at most %.0f cm and %.1f s", this->core_.cm_per_pulse(),
                this->limits_.length_cap_cm, this->limits_.time_limit_ms / 1000.0f);
  LOG_PIN("  Motor pin: ", this->motor_pin_);
  LOG_PIN("  Pulse pin: ", this->pulse_pin_);
}

void PaperDispenser::start() {
  if (this->core_.state() != State::IDLE)
    return;  // on is on already: the portion that runs is the answer
  this->begun_(this->core_.start(this->portion_cm_, millis(), this->inputs_()), "switch");
}

void PaperDispenser::stop() {
  this->core_.stop(millis());
  if (this->motor_on_)
    this->motor_is_off_();
}

const char *PaperDispenser::dispense(float length_cm, const std::string &request_id, int32_t expires, const WallClock &clock) {
  if (this->core_.requests().contains(request_id))
    return to_word(Refusal::NONE);
  return this->begun_(
      this->core_.dispense(length_cm, request_id, static_cast<uint32_t>(expires), clock, millis(), this->inputs_()),
      request_id.c_str());
}

void PaperDispenser::reset() {
  this->core_.reset();
  this->publish_faults_();
}

Inputs PaperDispenser::inputs_() const {
  Inputs inputs;
#ifdef USE_BINARY_SENSOR
  inputs.cover_open = this->cover_ != nullptr && this->cover_->state;
  inputs.paper_out = this->paper_out_input_ != nullptr && this->paper_out_input_->state;
#endif
#ifdef USE_SENSOR
  if (this->current_ != nullptr)
    inputs.current_a = this->current_->state;
#endif
  return inputs;
}

/// Tell the world about a start, or about a start that was refused.
const char *PaperDispenser::begun_(Refusal refusal, const char *who) {
  const char *word = to_word(refusal);
  if (refusal == Refusal::NONE) {
    this->cut_timer_.arm(this->limits_.time_limit_ms);
    this->motor_on_ = true;
    this->motor_on_trigger_.trigger();
#ifdef USE_SWITCH
    if (this->motor_switch_ != nullptr)
      this->motor_switch_->publish_state(true);
#endif
    return word;
  }
  ESP_LOGW(TAG, "%s: %s", who, word);
#ifdef USE_EVENT
  if (this->dispense_event_ != nullptr)
    this->dispense_event_->trigger(word);
#endif
  return word;
}

void PaperDispenser::motor_is_off_() {
  this->cut_timer_.disarm();
  this->motor_on_ = false;
  this->motor_off_trigger_.trigger();
}

/// Everything about the portion first, the switch last: who waits for "off" finds the length there already.
void PaperDispenser::finish_(const Portion &portion) {
  ESP_LOGI(TAG, "%s: %.1f cm of %.1f cm, motor on for %u ms", to_word(portion.outcome), portion.cm,
           portion.target_pulses * this->core_.cm_per_pulse(), static_cast<unsigned>(portion.motor_ms));
#ifdef USE_SENSOR
  if (this->last_portion_sensor_ != nullptr)
    this->last_portion_sensor_->publish_state(portion.cm);
  if (this->paper_dispensed_sensor_ != nullptr)
    this->paper_dispensed_sensor_->publish_state(this->core_.total_cm());
#endif
  this->publish_faults_();
#ifdef USE_EVENT
  if (this->dispense_event_ != nullptr)
    this->dispense_event_->trigger(to_word(portion.outcome));
#endif
#ifdef USE_SWITCH
  if (this->motor_switch_ != nullptr)
    this->motor_switch_->publish_state(false);
#endif
}

void PaperDispenser::publish_faults_() {
#ifdef USE_BINARY_SENSOR
  if (this->jam_binary_sensor_ != nullptr)
    this->jam_binary_sensor_->publish_state(this->core_.jam());
  if (this->fault_binary_sensor_ != nullptr)
    this->fault_binary_sensor_->publish_state(this->core_.fault() != Fault::NONE);
#endif
}

}  // namespace esphome::paper_dispenser
