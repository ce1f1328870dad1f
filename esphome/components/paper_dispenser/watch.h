#pragma once

#include <cmath>
#include <cstdint>

#include "types.h"

namespace esphome::paper_dispenser {

/// A motor that draws too much for too long is blocked; a short rush, when it starts, is none.
class CurrentWatch {
 public:
  explicit CurrentWatch(const Limits &limits) : limits_(limits) {}

  void clear() { this->over_ = false; }

  bool is_stalled(float current_a, uint32_t now_ms) {
    const bool over = this->limits_.stall_current_a > 0.0f && current_a > this->limits_.stall_current_a;
    if (over && !this->over_)
      this->since_ms_ = now_ms;
    this->over_ = over;
    return over && now_ms - this->since_ms_ >= this->limits_.stall_current_ms;
  }

 protected:
  const Limits &limits_;
  bool over_{false};
  uint32_t since_ms_{0};
};

/// Paper that moves while the motor is off: somebody pulls at it, or the motor runs by itself.
class StrayWatch {
 public:
  enum class Verdict : uint8_t { NONE, PULL, MOTOR };

  explicit StrayWatch(const Limits &limits) : limits_(limits), current_(limits) {}

  /// Forget what was; count anew from `now_ms`.
  void clear(uint32_t now_ms) {
    this->since_ms_ = this->moved_ms_ = this->run_ms_ = now_ms;
    this->pulses_ = 0;
    this->pulled_ = false;
    this->current_.clear();
  }

  /// Count anew, but remember that the paper has been moving since `run_ms`: a hand, or a motor, goes on after a portion.
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
    const bool blocked = this->current_.is_stalled(current_a, now_ms);
    this->window_(fresh, now_ms);
    const bool far = this->pulses_ > this->limits_.stray_pulses;
    if (blocked || (far && this->motor_(current_a, now_ms)))
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

  /// A current tells for sure. Without a sensor: an arm ends after a metre and takes hold again, a motor makes no pause.
  bool motor_(float current_a, uint32_t now_ms) const {
    if (!std::isnan(current_a))
      return current_a > this->limits_.idle_current_a;
    return this->moves(now_ms) && this->moved_ms_ - this->run_ms_ >= this->limits_.stray_run_ms;
  }

  const Limits &limits_;
  CurrentWatch current_;
  uint32_t since_ms_{0};
  uint32_t moved_ms_{0};
  uint32_t run_ms_{0};
  uint32_t pulses_{0};
  bool pulled_{false};
};

}  // namespace esphome::paper_dispenser
