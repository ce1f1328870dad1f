#pragma once

#include <cmath>
#include <cstdint>

namespace esphome::paper_dispenser {

/// Converts pulses into centimetres, and counts them: in all, and since the roll was new.
class PaperCount {
 public:
  float cm_per_pulse() const { return this->cm_per_pulse_; }
  double total_cm() const { return this->total_cm_; }
  double roll_used_cm() const { return this->roll_used_cm_; }
  uint32_t portions() const { return this->portions_; }

  /// Add pulses, whether the motor or a hand moved the paper.
  void add(uint32_t pulses) {
    const double cm = static_cast<double>(pulses) * this->cm_per_pulse_;
    this->total_cm_ += cm;
    this->roll_used_cm_ += cm;
  }

  /// A portion ended after so many pulses.
  void portion(uint32_t pulses) {
    this->last_pulses_ = pulses;
    if (pulses != 0)
      this->portions_++;
  }

  void new_roll() { this->roll_used_cm_ = 0.0; }

  void restore(double total_cm, double roll_used_cm, uint32_t portions) {
    this->total_cm_ = total_cm;
    this->roll_used_cm_ = roll_used_cm;
    this->portions_ = portions;
  }

  uint32_t to_pulses(float length_cm) const {
    const long pulses = std::lround(length_cm / this->cm_per_pulse_);
    return pulses < 1 ? 1 : static_cast<uint32_t>(pulses);
  }

  /// The last portion was `measured_cm` long by the ruler. Returns false, and changes nothing, when that is not possible: there
  /// was no portion, it was too short to measure, or the result would be no possible wheel.
  bool calibrate(float measured_cm) {
    return this->last_pulses_ >= MIN_CALIBRATION_PULSES && this->set_cm_per_pulse(measured_cm / static_cast<float>(this->last_pulses_));
  }

  /// Returns whether the value was accepted; 0, negative and non-finite values are not.
  bool set_cm_per_pulse(float cm_per_pulse) {
    if (!(cm_per_pulse >= MIN_CM_PER_PULSE && cm_per_pulse <= MAX_CM_PER_PULSE))
      return false;
    this->cm_per_pulse_ = cm_per_pulse;
    return true;
  }

 protected:
  static constexpr float MIN_CM_PER_PULSE = 0.01f;
  static constexpr float MAX_CM_PER_PULSE = 10.0f;
  static constexpr uint32_t MIN_CALIBRATION_PULSES = 10;

  float cm_per_pulse_{0.5f};
  double total_cm_{0.0};
  double roll_used_cm_{0.0};
  uint32_t portions_{0};
  uint32_t last_pulses_{0};
};

}  // namespace esphome::paper_dispenser
