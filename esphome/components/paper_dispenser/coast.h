#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace esphome::paper_dispenser {

/// How far the paper still runs after the motor is off, learnt from the last portions.
///
/// Friction slows paper and motor evenly, so the way to standstill grows with the square of the speed (v² / 2a); the one number
/// to learn is the factor. Distances in pulses, speed as the time between two pulses.
class Coast {
 public:
  /// Pulses that will still come when the motor is switched off at this speed.
  uint32_t pulses(uint32_t period_us) const {
    if (period_us == 0)
      return 0;
    const float rate = 1e6f / static_cast<float>(period_us);
    return static_cast<uint32_t>(std::lround(std::min(this->factor_ * rate * rate, MAX_PULSES)));
  }

  /// The motor was switched off at this speed, `powered` pulses after its start, and `pulses` came after that.
  void learn(uint32_t period_us, uint32_t powered, uint32_t pulses) {
    if (period_us == 0 || powered < MIN_POWERED)
      return;  // a motor that has hardly begun to turn is no example for one at full speed
    const float rate = 1e6f / static_cast<float>(period_us);
    // A hand that takes the paper while it runs on makes the way longer, a lost pulse makes it shorter: one portion may change
    // the result by a few pulses only.
    const float expected = this->factor_ * rate * rate;
    const float low = this->learnt_ ? std::max(0.0f, expected - MAX_STEP_PULSES) : 0.0f;
    const float high = this->learnt_ ? expected + MAX_STEP_PULSES : MAX_FIRST_PULSES;
    const float seen = std::clamp(static_cast<float>(pulses), low, high) / (rate * rate);
    this->fastest_ = std::max(this->fastest_, rate);
    // Pulses are whole. Divided by a small rate squared, that rounding would weigh most where least is known: the weight takes
    // the same square back, as least squares would.
    const float share = (rate / this->fastest_) * (rate / this->fastest_);
    // The first portion counts most; later ones only correct it, so that a single pulse does not change the aim much.
    this->factor_ = this->learnt_ ? this->factor_ + WEIGHT * share * share * (seen - this->factor_) : seen;
    this->learnt_ = true;
  }

  float factor() const { return this->factor_; }

  /// Use a factor that was stored before; an impossible number is ignored.
  void restore(float factor) {
    if (!std::isfinite(factor) || factor < 0.0f)
      return;
    this->factor_ = factor;
    this->learnt_ = factor > 0.0f;
  }

 protected:
  static constexpr float WEIGHT = 0.2f;
  static constexpr float MAX_PULSES = 40.0f;
  static constexpr float MAX_FIRST_PULSES = 6.0f;
  static constexpr float MAX_STEP_PULSES = 3.0f;
  static constexpr uint32_t MIN_POWERED = 10;

  float factor_{0.0f};
  float fastest_{0.0f};
  bool learnt_{false};
};

}  // namespace esphome::paper_dispenser
