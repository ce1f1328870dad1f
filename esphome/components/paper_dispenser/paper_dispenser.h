#pragma once

#include "esphome/core/automation.h"
#include "esphome/core/component.h"
#include "esphome/core/entity_includes.h"
#include "esphome/core/hal.h"
#include "esphome/core/preferences.h"

#ifdef USE_OTA_STATE_LISTENER
#include "esphome/components/ota/ota_backend.h"
#endif

#include "alone.h"
#include "core.h"
#include "cut_timer.h"
#include "display_text.h"
#include "tally.h"
#include "words.h"

namespace esphome::paper_dispenser {

#ifdef USE_HOST
/// The host platform has no pins: a simulated motor takes their place.
struct GatePin {
  void (*write)(void *motor, bool on){nullptr};
  void *motor{nullptr};
  void digital_write(bool on) {
    if (this->write != nullptr)
      this->write(this->motor, on);
  }
};
#else
using GatePin = ISRInternalGPIOPin;
#endif

/// The ESPHome side of the dispenser: pins, interrupts, stored counters and entities around the state machine in core.h.
class PaperDispenser : public Component
#ifdef USE_OTA_STATE_LISTENER
    ,
                       public ota::OTAGlobalStateListener
#endif
{
 public:
  explicit PaperDispenser(const Limits &limits) : limits_(limits), core_(gate_, limits) {}

  void setup() override;
  void loop() override;
  void dump_config() override;
  void on_shutdown() override;
  float get_setup_priority() const override { return setup_priority::HARDWARE; }

  // --- parts, set by generated code ------------------------------------------------------------------------------------------

  void set_motor_pin(InternalGPIOPin *pin) { this->motor_pin_ = pin; }
  void set_pulse_pin(InternalGPIOPin *pin) { this->pulse_pin_ = pin; }
  void set_min_pulse_period(uint32_t us) { this->gate_.set_min_period_us(us); }
  /// Write the counters with every portion at once; else only faults, resets and new rolls.
  void set_journal(bool journal) { this->journal_ = journal; }

  void set_cover(binary_sensor::BinarySensor *cover) { this->cover_ = cover; }
  void set_paper_out_input(binary_sensor::BinarySensor *paper_out) { this->paper_out_input_ = paper_out; }
  void set_paper_low_input(binary_sensor::BinarySensor *paper_low) { this->paper_low_input_ = paper_low; }
  void set_current(sensor::Sensor *current) { this->current_ = current; }
  void set_dispense_event(event::Event *event) { this->dispense_event_ = event; }
  void set_display(DisplayText *display) { this->display_ = display; }
  /// The display's texts while Home Assistant is away: paper at a press, paper in so many seconds, no paper.
  void set_alone_texts(const char *ready, const char *wait, const char *off) { this->alone_texts_ = {ready, wait, off}; }
  SUB_BINARY_SENSOR(jam)
  SUB_BINARY_SENSOR(fault)
  SUB_BINARY_SENSOR(paper_low)
  SUB_BINARY_SENSOR(paper_out)
  SUB_NUMBER(calibration)
  SUB_SENSOR(last_portion)
  SUB_SENSOR(paper_dispensed)
  SUB_SENSOR(portions)
  SUB_SENSOR(paper_pulled)
  SUB_SENSOR(switch_portions)
  SUB_SENSOR(alone_portions)
  SUB_SENSOR(alone_paper)
  SUB_SENSOR(roll_remaining)
  SUB_SENSOR(roll_length_remaining)
  SUB_SWITCH(motor)
  SUB_TEXT_SENSOR(status)
  Trigger<> *get_motor_on_trigger() { return &this->motor_on_trigger_; }
  Trigger<> *get_motor_off_trigger() { return &this->motor_off_trigger_; }
  /// Home Assistant has been away for a while, or is back.
  Trigger<> *get_alone_trigger() { return &this->alone_trigger_; }

#ifdef USE_HOST
  /// The stand-ins for the motor's pin and the pulse sensor on the host platform.
  void set_simulated_motor(GatePin pin) { this->gate_.set_pin(pin); }
  PulseGate<GatePin> &gate() { return this->gate_; }
  /// Begin with a coasting factor that is known (coast.h).
  void learnt_coast(float factor) { this->core_.coast().restore(factor); }
#endif

  // --- commands --------------------------------------------------------------------------------------------------------------

  /// One portion of the set length, as the switch asks for it.
  void start();
  void stop();
  /// One portion, once per `request_id` and not after `expires` (unix seconds). Returns "ok" or the reason why not.
  const char *dispense(float length_cm, const std::string &request_id, int32_t expires, const WallClock &clock);
  /// A visitor pressed a button. With Home Assistant away the dispenser answers by itself.
  void asked();
  /// The last portion was this long by the ruler. Returns whether the value is possible and was accepted.
  bool calibrate(float measured_cm);
  /// A person has looked at the fault.
  void reset();
  void new_roll();

  void set_portion_length(float cm) { this->portion_cm_ = cm; }
  bool set_cm_per_pulse(float cm) { return this->core_.set_cm_per_pulse(cm); }
  void set_roll_length(float cm);
  void set_paper_low_at(float percent);
  void set_alone_allowed(bool allowed) { this->lane_.set_allowed(allowed); }
  void set_alone_after(uint32_t ms) { this->lane_.set_after(ms); }
  void set_alone_window(float s) { this->lane_.set_window(static_cast<uint32_t>(s * 1000.0f)); }

  /// Whether Home Assistant has been away for a while, and whether visitors get paper all the same.
  bool is_alone() const { return this->lane_.away(); }
  bool gives_alone() const { return this->lane_.open(); }

#ifdef USE_OTA_STATE_LISTENER
  void on_ota_global_state(ota::OTAState state, float progress, uint8_t error, ota::OTAComponent *component) override;
#endif

 protected:
  /// What the entities show of the dispenser's condition.
  struct Condition {
    bool jam, fault, paper_low, paper_out;
    const char *status;
    bool operator==(const Condition &) const = default;
  };

  Inputs inputs_() const;
  float roll_remaining_cm_() const;
  float roll_remaining_percent_() const;
  Condition condition_() const;
  const char *begun_(Refusal refusal, const char *who);
  void finish_(const Portion &portion);
  void motor_is_off_();
  void announce_(const char *word);
  void announce_interruption_();
  void look_for_home_assistant_(uint32_t now_ms);
  void show_alone_(uint32_t now_ms);
  static uint32_t prepare_(void *dispenser);
  void housekeeping_(uint32_t now_ms);
  void publish_condition_();
  void publish_counters_();
  void publish_tally_();
  void publish_roll_();
  void save_(bool now);

  Limits limits_;
  PulseGate<GatePin> gate_;
  Core<GatePin> core_;
  CutTimer cut_timer_;
  AloneLane lane_;
  Tally tally_;
  Tally stored_tally_;
  ESPPreferenceObject preference_;
  ESPPreferenceObject tally_preference_;

  float portion_cm_{60.0f};
  float roll_cm_{20000.0f};
  float paper_low_percent_{10.0f};
  bool journal_{true};
  bool motor_on_{false};
  bool interrupted_{false};
  uint32_t connected_since_ms_{0};
  uint32_t last_housekeeping_ms_{0};
  std::array<const char *, 3> alone_texts_{"", "", ""};
  bool was_alone_{false};
  bool was_open_{false};
  bool refused_alone_{false};
  bool showing_{false};
  double shown_total_cm_{0.0};
  float shown_roll_percent_{NAN};
  bool condition_shown_{false};
  Condition shown_{};

  InternalGPIOPin *motor_pin_{nullptr};
  InternalGPIOPin *pulse_pin_{nullptr};
  binary_sensor::BinarySensor *cover_{nullptr};
  binary_sensor::BinarySensor *paper_out_input_{nullptr};
  binary_sensor::BinarySensor *paper_low_input_{nullptr};
  sensor::Sensor *current_{nullptr};
  event::Event *dispense_event_{nullptr};
  DisplayText *display_{nullptr};
  Trigger<> motor_on_trigger_;
  Trigger<> motor_off_trigger_;
  Trigger<> alone_trigger_;
};

}  // namespace esphome::paper_dispenser
