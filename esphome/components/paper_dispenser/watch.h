#pragma once

#include <cmath>
#include <cstdint>

#include "types.h"

namespace esphome::paper_dispenser {

/// A current that is too high for too long; a short peak, or one wrong reading, does not count.
class CurrentWatch {
 public:
  /// More than `limit_a` for `hold_ms`; 0: never.
  CurrentWatch(float limit_a, uint32_t hold_ms) : limit_a_(limit_a), hold_ms_(hold_ms) {}

  void clear() { this->over_ = false; }

  bool is_over(float current_a, uint32_t now_ms) {
    const bool over = this->limit_a_ > 0.0f && current_a > this->limit_a_;
    if (over && !this->over_)
      this->since_ms_ = now_ms;
    this->over_ = over;
    return over && now_ms - this->since_ms_ >= this->hold_ms_;
  }

 protected:
  float limit_a_;
  uint32_t hold_ms_;
  bool over_{false};
  uint32_t since_ms_{0};
};

/// Paper that moves while the motor is off: a person pulls at it, or the motor runs by itself.
class StrayWatch {
 public:
  enum class Verdict : uint8_t { NONE, PULL, MOTOR };

  explicit StrayWatch(const Limits &limits)
      : limits_(limits),
        blocked_(limits.stall_current_a, limits.stall_current_ms),
        running_(limits.idle_current_a, limits.stall_current_ms) {}

  /// Forget earlier movement; count again from `now_ms`.
  void clear(uint32_t now_ms) {
    this->since_ms_ = this->moved_ms_ = this->run_ms_ = now_ms;
    this->pulses_ = 0;
    this->pulled_ = false;
    this->blocked_.clear();
    this->running_.clear();
  }

  /// Count again, but remember that the paper has been moving since `run_ms`: a hand, or a motor, goes on after a portion.
  void follow(uint32_t run_ms, uint32_t now_ms) {
    this->clear(now_ms);
    this->run_ms_ = run_ms;
  }

  /// `fresh` more pulses came. What moves them?
  Verdict add(uint32_t fresh, float current_a, uint32_t now_ms) {
    if (fresh != 0) {
      if (now_ms - this->moved_ms_ >= this->limits_.settle_ms)
        this->run_ms_ = now_ms;  // it stood still in between
      this->moved_ms_ = now_ms;
    }
    const bool blocked = this->blocked_.is_over(current_a, now_ms);
    const bool running = this->running_.is_over(current_a, now_ms);
    this->window_(fresh, now_ms);
    const bool far = this->pulses_ > this->limits_.stray_pulses;
    // A current shows it surely. Without a current sensor: an arm pulls a metre and then takes hold again, a motor makes no
    // pause.
    if (blocked || (far && (std::isnan(current_a) ? this->runs_on_(now_ms) : running)))
      return Verdict::MOTOR;
    this->pulled_ = this->pulled_ || far;
    return this->pulled_ ? Verdict::PULL : Verdict::NONE;
  }

  /// It has not stood still since it last moved.
  bool moves(uint32_t now_ms) const { return now_ms - this->moved_ms_ < this->limits_.settle_ms; }

 protected:
  /// Pulses of long ago do not count, and a pull is over when the paper has rested for as long.
  void window_(uint32_t fresh, uint32_t now_ms) {
    if (now_ms - this->moved_ms_ >= this->limits_.stray_window_ms)
      this->pulled_ = false;
    if (now_ms - this->since_ms_ >= this->limits_.stray_window_ms) {
      this->since_ms_ = now_ms;
      this->pulses_ = 0;
    }
    this->pulses_ += fresh;
  }

  bool runs_on_(uint32_t now_ms) const {
    return this->moves(now_ms) && this->moved_ms_ - this->run_ms_ >= this->limits_.stray_run_ms;
  }

  const Limits &limits_;
  CurrentWatch blocked_;
  CurrentWatch running_;
  uint32_t since_ms_{0};
  uint32_t moved_ms_{0};
  uint32_t run_ms_{0};
  uint32_t pulses_{0};
  bool pulled_{false};
};

}  // namespace esphome::paper_dispenser
