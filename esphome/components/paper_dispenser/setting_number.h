#pragma once

#include "esphome/components/number/number.h"
#include "esphome/core/component.h"
#include "esphome/core/preferences.h"

#include "paper_dispenser.h"

namespace esphome::paper_dispenser {

enum class Setting : uint8_t {
  PORTION_LENGTH,   ///< cm
  CALIBRATION,      ///< cm per pulse
  MEASURED_LENGTH,  ///< cm by the ruler: not a setting, it calibrates
  ROLL_LENGTH,      ///< m of a new roll
  PAPER_LOW_AT,     ///< % of the roll
  ALONE_WINDOW,     ///< s from one portion to the next while Home Assistant is away
};

/// A number that the dispenser takes over when it is set, and again after a reboot.
class SettingNumber final : public number::Number, public Component, public Parented<PaperDispenser> {
 public:
  void set_setting(Setting setting) { this->setting_ = setting; }
  void set_initial_value(float value) { this->initial_value_ = value; }

  void setup() override;
  /// Before the dispenser, which publishes lengths.
  float get_setup_priority() const override { return setup_priority::HARDWARE + 1.0f; }

 protected:
  void control(float value) override;
  bool apply_(float value);

  Setting setting_{};
  float initial_value_{0.0f};
  ESPPreferenceObject preference_;
};

}  // namespace esphome::paper_dispenser
