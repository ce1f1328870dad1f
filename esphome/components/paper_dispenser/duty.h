#pragma once

#include <algorithm>
#include <cstdint>

namespace esphome::paper_dispenser {

/// The motor's warmth as a number of milliseconds: running adds to it, time takes from it. Small gear motors are made for short
/// runs.
class DutyBudget {
 public:
  /// `capacity_ms`: how long the motor may run without a pause. `share`: the part of the time it may run for ever (0 … 1).
  DutyBudget(uint32_t capacity_ms, float share) : capacity_ms_(static_cast<float>(capacity_ms)), share_(share) {}

  /// Call often; `now_ms` wraps. More than 24 days between two calls are not expected.
  void update(uint32_t now_ms, bool running) {
    const auto passed = static_cast<float>(now_ms - this->last_ms_);
    this->last_ms_ = now_ms;
    this->level_ms_ = std::max(0.0f, this->level_ms_ + passed * ((running ? 1.0f : 0.0f) - this->share_));
  }

  /// Start counting at `now_ms` with a cold motor.
  void start(uint32_t now_ms) {
    this->last_ms_ = now_ms;
    this->level_ms_ = 0.0f;
  }

  /// Whether a run of this length fits. Asked before the start with the longest run there can be, so that no portion is cut short.
  bool has(uint32_t run_ms) const { return this->level_ms_ + static_cast<float>(run_ms) <= this->capacity_ms_; }

 protected:
  float capacity_ms_;
  float share_;
  float level_ms_{0.0f};
  uint32_t last_ms_{0};
};

}  // namespace esphome::paper_dispenser
