#pragma once

#include "esphome/core/automation.h"
#include "esphome/core/component.h"
#include "esphome/core/entity_includes.h"
#include "esphome/core/hal.h"

#include "core.h"
#include "cut_timer.h"

namespace esphome::paper_dispenser {

#ifdef USE_HOST
/// No pin of the host platform moves anything: a simulated motor takes its place.
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

/// The ESPHome side of the dispenser: pins, interrupts and entities around the state machine in core.h.
class PaperDispenser : public Component {
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
#ifdef USE_BINARY_SENSOR
  void set_cover(binary_sensor::BinarySensor *cover) { this->cover_ = cover; }
  void set_paper_out_input(binary_sensor::BinarySensor *paper_out) { this->paper_out_input_ = paper_out; }
  SUB_BINARY_SENSOR(jam)
  SUB_BINARY_SENSOR(fault)
#endif
#ifdef USE_SENSOR
  void set_current(sensor::Sensor *current) { this->current_ = current; }
  SUB_SENSOR(last_portion)
  SUB_SENSOR(paper_dispensed)
#endif
#ifdef USE_SWITCH
  SUB_SWITCH(motor)
#endif
#ifdef USE_EVENT
  void set_dispense_event(event::Event *event) { this->dispense_event_ = event; }
#endif
#ifdef USE_HOST
  /// What stands for the motor's pin and the pulse sensor on the host platform.
  void set_simulated_motor(GatePin pin) { this->gate_.set_pin(pin); }
#endif
  PulseGate<GatePin> &gate() { return this->gate_; }

  Trigger<> *get_motor_on_trigger() { return &this->motor_on_trigger_; }
  Trigger<> *get_motor_off_trigger() { return &this->motor_off_trigger_; }

  // --- commands --------------------------------------------------------------------------------------------------------------

  /// One portion of the set length, as the switch asks for it.
  void start();
  void stop();
  /// One portion, once per `request_id` and not after `expires` (unix seconds). Returns "ok" or the reason why not.
  const char *dispense(float length_cm, const std::string &request_id, int32_t expires, const WallClock &clock);
  /// A person has looked at the fault.
  void reset();

  void set_portion_length(float cm) { this->portion_cm_ = cm; }
  /// Begin with a coasting factor that is known (coast.h).
  void learnt_coast(float factor) { this->core_.coast().restore(factor); }
  bool set_cm_per_pulse(float cm) { return this->core_.set_cm_per_pulse(cm); }

 protected:
  Inputs inputs_() const;
  const char *begun_(Refusal refusal, const char *who);
  void finish_(const Portion &portion);
  void publish_faults_();
  void motor_is_off_();

  Limits limits_;
  PulseGate<GatePin> gate_;
  Core<GatePin> core_;
  CutTimer cut_timer_;
  float portion_cm_{60.0f};
  bool motor_on_{false};

  InternalGPIOPin *motor_pin_{nullptr};
  InternalGPIOPin *pulse_pin_{nullptr};
#ifdef USE_BINARY_SENSOR
  binary_sensor::BinarySensor *cover_{nullptr};
  binary_sensor::BinarySensor *paper_out_input_{nullptr};
#endif
#ifdef USE_SENSOR
  sensor::Sensor *current_{nullptr};
#endif
#ifdef USE_EVENT
  event::Event *dispense_event_{nullptr};
#endif
  Trigger<> motor_on_trigger_;
  Trigger<> motor_off_trigger_;
};

}  // namespace esphome::paper_dispenser
