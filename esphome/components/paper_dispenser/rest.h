#pragma once

#include <cstdint>

#include "types.h"
#include "watch.h"

namespace esphome::paper_dispenser {

/// The time between two portions: the pause after one, and paper that moves although no portion was asked for.
class Rest {
 public:
  explicit Rest(const Limits &limits) : limits_(limits), strays_(limits) {}

  /// No paper was pulled; watch it from `now_ms` on.
  void clear(uint32_t now_ms) {
    this->strays_.clear(now_ms);
    this->pulled_ = false;
  }

  /// A portion has ended. Its paper stands still, or has been moving since the motor was switched off at `cut_ms`.
  void begin(bool still, uint32_t cut_ms, uint32_t now_ms) {
    this->since_ms_ = now_ms;
    this->pauses_ = true;
    this->moves_on_ = !still;
    this->strays_.follow(still ? now_ms : cut_ms, now_ms);
  }

  /// `fresh` more pulses came. Returns the fault that they show, or none.
  Fault poll(uint32_t fresh, float current_a, uint32_t now_ms) {
    if (now_ms - this->since_ms_ >= this->limits_.cooldown_ms)
      this->pauses_ = false;  // stored, because the milliseconds begin again after 49 days
    this->add(fresh);
    const auto verdict = this->strays_.add(fresh, current_a, now_ms);
    this->moves_on_ = this->moves_on_ && this->strays_.moves(now_ms);
    this->pulled_ = verdict == StrayWatch::Verdict::PULL;
    if (verdict != StrayWatch::Verdict::MOTOR)
      return Fault::NONE;
    return this->moves_on_ ? Fault::STUCK : Fault::STRAY;
  }

  /// The pause after a portion is not over.
  bool is_cooldown(uint32_t now_ms) const { return this->pauses_ && now_ms - this->since_ms_ < this->limits_.cooldown_ms; }
  /// The paper has not stood still since the last portion.
  bool moves_on() const { return this->moves_on_; }
  /// A hand pulls at the paper, or did so until a moment ago.
  bool pulled() const { return this->pulled_; }

  /// Count pulses that belong to no portion.
  void add(uint32_t pulses) { this->pulses_ += pulses; }
  /// Return those pulses, and count from zero again.
  uint32_t take_pulses() {
    const uint32_t pulses = this->pulses_;
    this->pulses_ = 0;
    return pulses;
  }

 protected:
  const Limits &limits_;
  StrayWatch strays_;
  bool pauses_{false};
  bool pulled_{false};
  bool moves_on_{false};
  uint32_t since_ms_{0};
  uint32_t pulses_{0};
};

}  // namespace esphome::paper_dispenser
