#pragma once

#include <cstdint>

#include "coast.h"
#include "pulse_gate.h"
#include "types.h"
#include "watch.h"

namespace esphome::paper_dispenser {

/// One portion's movement, from the motor's start until the paper stands still.
template<typename Pin> class Motion {
 public:
  Motion(PulseGate<Pin> &gate, const Limits &limits)
      : gate_(gate),
        limits_(limits),
        blocked_(limits.stall_current_a, limits.stall_current_ms),
        powered_(limits.idle_current_a, limits.stall_current_ms) {}

  /// The motor is off, and nothing was counted yet.
  void setup() {
    this->gate_.close();
    this->counted_ = this->gate_.pulses();
  }

  /// The pulses since the last call.
  uint32_t count() {
    const uint32_t pulses = this->gate_.pulses();
    const uint32_t fresh = pulses - this->counted_;
    this->counted_ = pulses;
    return fresh;
  }

  /// Prepare a portion of `target` pulses; go() follows.
  void decide(uint32_t target) {
    this->target_ = target;
    this->state_ = State::RUNNING;
  }

  /// Switch the motor on.
  void go(uint32_t now_ms) {
    this->start_pulses_ = this->counted_;
    this->start_noise_ = this->gate_.noise();
    this->start_ms_ = this->moved_ms_ = now_ms;
    this->blocked_.clear();
    this->gate_.open(this->start_pulses_ + this->target_);
  }

  /// Switch the motor off, for this reason. The portion ends when the paper stands still.
  void cut(Outcome outcome, uint32_t now_ms) {
    if (this->state_ != State::RUNNING)
      return;
    this->gate_.close();
    this->outcome_ = outcome;
    this->cut_ms_ = this->moved_ms_ = now_ms;
    this->powered_.clear();
    this->state_ = State::COASTING;
  }

  /// Call often while a portion is under way; `fresh` pulses came since. Returns whether it has just ended.
  bool poll(uint32_t fresh, uint32_t now_ms, const Inputs &inputs) {
    if (fresh != 0)
      this->moved_ms_ = now_ms;
    if (this->state_ == State::RUNNING)
      this->run_(now_ms, inputs);
    else if (this->state_ == State::COASTING)
      this->coast_(now_ms, inputs);
    else
      return false;
    return this->state_ == State::IDLE;
  }

  State state() const { return this->state_; }
  Coast &coast() { return this->coast_model_; }
  const Coast &coast() const { return this->coast_model_; }

  // --- the portion that has just ended ---------------------------------------------------------------------------------------

  Outcome outcome() const { return this->outcome_; }
  uint32_t target() const { return this->target_; }
  uint32_t pulses() const { return this->counted_ - this->start_pulses_; }
  uint32_t motor_ms() const { return this->cut_ms_ - this->start_ms_; }
  uint32_t cut_ms() const { return this->cut_ms_; }
  /// False when the paper went on for longer than it can by itself.
  bool still() const { return this->still_; }

 protected:
  void run_(uint32_t now_ms, const Inputs &inputs) {
    switch (this->gate_.cut_by()) {
      case Cut::TARGET:
        return this->cut(Outcome::COMPLETED, now_ms);
      case Cut::CLOCK:
        return this->cut(Outcome::TIMEOUT, now_ms);
      case Cut::NONE:
        break;
    }
    if (inputs.cover_open)
      return this->cut(Outcome::COVER_OPEN, now_ms);
    if (this->noisy_())
      return this->cut(Outcome::SENSOR, now_ms);
    if (now_ms - this->start_ms_ >= this->limits_.time_limit_ms)
      return this->cut(Outcome::TIMEOUT, now_ms);
    if (inputs.paper_out && this->stands_still_(now_ms))
      return this->cut(Outcome::SHORT, now_ms);
    if (this->is_jammed_(now_ms, inputs))
      return this->cut(Outcome::JAM, now_ms);
    this->aim_();
  }

  /// The motor is on, and no pulse comes.
  bool stands_still_(uint32_t now_ms) const {
    return now_ms - this->moved_ms_ >= (this->pulses() != 0 ? this->limits_.stall_ms : this->limits_.spin_up_ms);
  }

  /// A jam: the paper does not move, or the motor draws the current of a blocked one.
  bool is_jammed_(uint32_t now_ms, const Inputs &inputs) {
    return this->stands_still_(now_ms) || this->blocked_.is_over(inputs.current_a, now_ms);
  }

  /// Switch off early, by the pulses that will still come, once the speed is measured from this portion alone.
  void aim_() {
    if (this->pulses() <= PERIODS)
      return;
    // If that point has been passed already, switch off at the next pulse.
    this->gate_.aim(this->start_pulses_ + this->target_ - this->coast_model_.pulses(this->gate_.usual_period_us()));
  }

  bool noisy_() const {
    const uint32_t bounces = this->limits_.bounces_per_pulse * this->pulses();
    return this->gate_.noise() - this->start_noise_ > this->limits_.noise_edges + bounces;
  }

  void coast_(uint32_t now_ms, const Inputs &inputs) {
    const bool powered = this->powered_.is_over(inputs.current_a, now_ms);
    this->still_ = now_ms - this->moved_ms_ >= this->limits_.settle_ms;
    if (!this->still_ && now_ms - this->cut_ms_ < this->limits_.coast_limit_ms)
      return;
    this->state_ = State::IDLE;
    if (this->still_ && this->outcome_ == Outcome::COMPLETED) {
      const uint32_t cut = this->gate_.cut_pulses();
      this->coast_model_.learn(this->gate_.cut_usual_period_us(), cut - this->start_pulses_, this->counted_ - cut);
    }
    // Paper that keeps moving is pulled by a hand, unless the motor draws current: then the motor does not stop.
    if (!this->still_ && powered)
      this->outcome_ = Outcome::STUCK;
  }

  PulseGate<Pin> &gate_;
  const Limits &limits_;
  CurrentWatch blocked_;  ///< while the motor is on
  CurrentWatch powered_;  ///< after it was switched off
  Coast coast_model_;

  State state_{State::IDLE};
  Outcome outcome_{Outcome::COMPLETED};
  bool still_{true};
  uint32_t counted_{0};
  uint32_t target_{0};
  uint32_t start_pulses_{0};
  uint32_t start_noise_{0};
  uint32_t start_ms_{0};
  uint32_t moved_ms_{0};
  uint32_t cut_ms_{0};
};

}  // namespace esphome::paper_dispenser
