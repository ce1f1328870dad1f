#include "paper_dispenser.h"

#include "safe_output.h"

#include "esphome/core/log.h"

namespace esphome::paper_dispenser {

static const char *const TAG = "paper_dispenser";

namespace {
/// How long a shutdown waits for the paper to stand still.
constexpr uint32_t MAX_SHUTDOWN_MS = 600;
/// The stored state of one dispenser: there is one of each in the program.
constexpr uint32_t RECORD_KEY = 0x46510000;
constexpr uint32_t TALLY_KEY = 0x46510100;

void IRAM_ATTR on_pulse(PulseGate<GatePin> *gate) { gate->edge(micros()); }
void IRAM_ATTR on_time_limit(void *gate) { static_cast<PulseGate<GatePin> *>(gate)->expire(); }
}  // namespace

// --- life --------------------------------------------------------------------------------------------------------------------

void PaperDispenser::setup() {
  if (this->motor_pin_ != nullptr) {
    set_up_off(*this->motor_pin_);
#ifndef USE_HOST
    this->gate_.set_pin(this->motor_pin_->to_isr());
#endif
  }
  const uint32_t now = millis();
  this->core_.setup(now);
  this->core_.set_prepare(PaperDispenser::prepare_, this);
  this->lane_.start(now);
  this->last_housekeeping_ms_ = now;
  if (this->pulse_pin_ != nullptr) {
    this->pulse_pin_->setup();
    this->pulse_pin_->attach_interrupt(on_pulse, &this->gate_, gpio::INTERRUPT_RISING_EDGE);
  }
  if (!this->cut_timer_.setup(on_time_limit, &this->gate_)) {
    ESP_LOGE(TAG, "No hardware timer left for the second time limit: no portion will start");
    this->core_.has_no_timer();
  }
  Record record;
  this->preference_ = global_preferences->make_preference<Record>(RECORD_KEY, true);
  if (this->preference_.load(&record))
    this->interrupted_ = this->core_.restore(record);
  this->tally_preference_ = global_preferences->make_preference<Tally>(TALLY_KEY, true);
  Tally tally;
  if (this->tally_preference_.load(&tally) && tally.is_whole())
    this->tally_ = this->stored_tally_ = tally;
  if (this->interrupted_)
    this->save_(true);  // reported once, not again after the next reboot
#ifdef USE_OTA_STATE_LISTENER
  ota::get_global_ota_callback()->add_global_state_listener(this);
#endif
  this->publish_counters_();
  this->publish_tally_();
  this->publish_roll_();
  if (this->motor_switch_ != nullptr)
    this->motor_switch_->publish_state(false);
}

void PaperDispenser::loop() {
  const uint32_t now = millis();
  const auto portion = this->core_.poll(now, this->inputs_());
  if (this->motor_on_ && this->core_.state() != State::RUNNING)
    this->motor_is_off_();
  if (portion.has_value())
    this->finish_(*portion);
  this->look_for_home_assistant_(now);
  if (this->core_.state() == State::IDLE) {
    this->publish_condition_();
    this->announce_interruption_();
    this->housekeeping_(now);
  }
}

/// An update over the air or a reboot in mid-portion: stop, and count what came out.
void PaperDispenser::on_shutdown() {
  const uint32_t start = millis();
  this->stop();
  while (this->core_.state() != State::IDLE && millis() - start < MAX_SHUTDOWN_MS) {
    delay(10);
    this->loop();
  }
  this->save_(true);
}

void PaperDispenser::dump_config() {
  ESP_LOGCONFIG(TAG, "Paper dispenser: %.4f cm per pulse, at most %.0f cm and %.1f s", this->core_.cm_per_pulse(),
                this->limits_.length_cap_cm, this->limits_.time_limit_ms / 1000.0f);
  LOG_PIN("  Motor pin: ", this->motor_pin_);
  LOG_PIN("  Pulse pin: ", this->pulse_pin_);
}

// --- commands ----------------------------------------------------------------------------------------------------------------

void PaperDispenser::start() {
  if (this->core_.state() != State::IDLE)
    return;  // it is on already: the running portion is the answer
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

bool PaperDispenser::calibrate(float measured_cm) {
  if (!this->core_.calibrate(measured_cm)) {
    ESP_LOGW(TAG, "Not calibrated: %.1f cm do not fit the last portion", measured_cm);
    return false;
  }
  if (this->calibration_number_ != nullptr)
    this->calibration_number_->make_call().set_value(this->core_.cm_per_pulse()).perform();
  return true;
}

void PaperDispenser::reset() {
  this->core_.reset(millis());
  this->save_(true);
}

void PaperDispenser::new_roll() {
  this->core_.new_roll();
  this->publish_roll_();
  this->save_(true);
}

void PaperDispenser::set_roll_length(float cm) {
  this->roll_cm_ = cm;
  this->publish_roll_();
}

void PaperDispenser::set_paper_low_at(float percent) { this->paper_low_percent_ = percent; }

#ifdef USE_OTA_STATE_LISTENER
/// The transfer blocks the main loop and overwrites the program itself: no portion meanwhile.
void PaperDispenser::on_ota_global_state(ota::OTAState state, float /*progress*/, uint8_t /*error*/, ota::OTAComponent * /*component*/) {
  if (state == ota::OTA_IN_PROGRESS)
    return;
  const bool updating = state == ota::OTA_STARTED || state == ota::OTA_COMPLETED;
  this->core_.set_updating(updating, millis());
  if (this->motor_on_ && updating)
    this->motor_is_off_();
}
#endif

/// Before the motor turns: store the decision, and start the second clock.
uint32_t PaperDispenser::prepare_(void *dispenser) {
  auto *self = static_cast<PaperDispenser *>(dispenser);
  self->save_(self->journal_);
  self->cut_timer_.arm(self->limits_.time_limit_ms);
  self->motor_on_ = true;
  self->motor_on_trigger_.trigger();
  return millis();
}

void PaperDispenser::motor_is_off_() {
  this->cut_timer_.disarm();
  this->motor_on_ = false;
  this->motor_off_trigger_.trigger();
}

/// Store the state that must be kept over a power cut; `now`: at once, not only when ESPHome writes its preferences.
void PaperDispenser::save_(bool now) {
  const Record record = this->core_.record();
  this->preference_.save(&record);
  if (!(this->tally_ == this->stored_tally_)) {
    this->tally_.seal();
    this->tally_preference_.save(&this->tally_);
    this->stored_tally_ = this->tally_;
  }
  if (now)
    global_preferences->sync();
}

}  // namespace esphome::paper_dispenser
