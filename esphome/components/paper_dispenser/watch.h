#pragma once

#include <cstdint>

#include "types.h"

namespace esphome::paper_dispenser {

/// Paper that moves while the motor is off.
class StrayWatch {
 public:
  explicit StrayWatch(const Limits &limits) : limits_(limits) {}

  /// Forget what was; count anew from `now_ms`.
  void clear(uint32_t now_ms) {
    this->since_ms_ = now_ms;
    this->pulses_ = 0;
  }

  /// `fresh` more pulses came. Returns whether it is more than tearing off.
  bool add(uint32_t fresh, uint32_t now_ms) {
    if (now_ms - this->since_ms_ >= this->limits_.stray_window_ms)
      this->clear(now_ms);
    this->pulses_ += fresh;
    return this->pulses_ > this->limits_.stray_pulses;
  }

 protected:
  const Limits &limits_;
  uint32_t since_ms_{0};
  uint32_t pulses_{0};
};

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

}  // namespace esphome::paper_dispenser
