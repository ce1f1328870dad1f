#pragma once

#include <algorithm>
#include <cmath>

/// A motor, a roll and a measuring wheel, in centimetres and seconds. Pure: the caller gives the time steps.
namespace esphome::paper_simulator {

/// What is wrong with the machine. Each is a switch of the simulator.
struct Faults {
  bool jam{false};           ///< the paper sticks …
  bool empty_roll{false};    ///< … or ends, `after_cm` into a portion
  bool stuck_relay{false};   ///< the motor has power whatever the dispenser says
  bool slow_start{false};    ///< a tired motor
  bool dead_sensor{false};   ///< paper moves, no pulses
  bool noisy_sensor{false};  ///< 10 kHz on the pulse line
};

class Machine {
 public:
  static constexpr float SLOW_SPIN_UP_S = 0.5f;
  static constexpr float PULL_SPEED = 25.0f;     ///< cm/s, a hand
  static constexpr float CM_PER_PULSE = 0.5f;    ///< the measuring wheel as built
  static constexpr float STALL_CURRENT = 2.4f;   ///< A
  static constexpr float RUN_CURRENT = 0.6f;

  float full_speed{30.0f};  ///< cm/s
  float spin_up_s{0.06f};   ///< time constant of the motor
  float friction{330.0f};   ///< cm/s², what stops the paper when the power is off
  Faults faults;
  float after_cm{20.0f};  ///< how far into a portion a jam or the end of the roll comes; 0: at once
  float pull_cm{0.0f};    ///< what somebody still pulls out by hand

  /// One step of time, short against the time between two pulses. Returns whether the wheel made a pulse in it.
  bool step(float seconds, bool gate) {
    const bool powered = gate || this->faults.stuck_relay;
    if (powered && !this->powered_)
      this->portion_start_cm_ = this->position_cm_;
    this->powered_ = powered;
    const bool here = this->after_cm <= 0.0f || (powered && this->position_cm_ - this->portion_start_cm_ >= this->after_cm);
    this->jammed_ = this->faults.jam && (this->jammed_ || here);
    this->out_ = this->faults.empty_roll && (this->out_ || here);
    this->accelerate_(seconds);

    const double before = std::floor(this->position_cm_ / CM_PER_PULSE);
    const float pulled = std::min(this->pull_cm, PULL_SPEED * seconds);
    this->pull_cm -= pulled;
    this->position_cm_ += static_cast<double>(this->speed_ * seconds + pulled);
    return std::floor(this->position_cm_ / CM_PER_PULSE) > before && !this->faults.dead_sensor;
  }

  bool moving() const { return this->powered_ || this->speed_ > 0.0f || this->pull_cm > 0.0f; }
  bool powered() const { return this->powered_; }
  float current() const { return !this->powered_ ? 0.0f : this->jammed_ ? STALL_CURRENT : RUN_CURRENT; }
  /// The roll's end has passed the sensor.
  bool paper_out() const { return this->out_; }
  /// All the paper that ever came out, as a ruler would measure it.
  double position_cm() const { return this->position_cm_; }

 protected:
  void accelerate_(float seconds) {
    if (this->jammed_ || this->out_) {
      this->speed_ = 0.0f;
    } else if (this->powered_) {
      const float constant = this->faults.slow_start ? SLOW_SPIN_UP_S : this->spin_up_s;
      this->speed_ += (this->full_speed - this->speed_) * (1.0f - std::exp(-seconds / constant));
    } else {
      this->speed_ = std::max(0.0f, this->speed_ - this->friction * seconds);
    }
  }

  double position_cm_{0.0};
  double portion_start_cm_{0.0};
  float speed_{0.0f};
  bool powered_{false};
  bool jammed_{false};
  bool out_{false};
};

}  // namespace esphome::paper_simulator
