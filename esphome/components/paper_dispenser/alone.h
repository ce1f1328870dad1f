#pragma once

#include <algorithm>
#include <cstdint>

#include "types.h"

namespace esphome::paper_dispenser {

/// The lane while Home Assistant is away: open to everybody, one portion in each window.
class AloneLane {
 public:
  /// Whether a manager allows it.
  void set_allowed(bool allowed) { this->allowed_ = allowed; }
  /// How long Home Assistant is away before the lane opens.
  void set_after(uint32_t ms) { this->after_ms_ = ms; }
  /// The time from one portion to the next.
  void set_window(uint32_t ms) { this->window_ms_ = ms; }

  void start(uint32_t now_ms) { this->seen_ms_ = now_ms; }

  /// Call often. The two flags are remembered, because the milliseconds begin again after 49 days.
  void update(bool connected, uint32_t now_ms) {
    this->connected_ = connected;
    if (connected)
      this->seen_ms_ = now_ms;
    this->away_ = !connected && (this->away_ || now_ms - this->seen_ms_ >= this->after_ms_);
    this->used_ = this->used_ && now_ms - this->given_ms_ < this->window_ms_;
  }

  bool connected() const { return this->connected_; }
  /// Home Assistant has been away for that time.
  bool away() const { return this->away_; }
  /// Whether visitors get paper in this state.
  bool open() const { return this->away_ && this->allowed_; }

  /// Whether a visitor who asks now may have a portion.
  Refusal ask() const {
    if (!this->open())
      return Refusal::NO_HOME_ASSISTANT;
    return this->used_ ? Refusal::WINDOW : Refusal::NONE;
  }

  /// How long to wait for the next portion; 0 when a portion can come now, or none will come.
  uint32_t wait_ms(uint32_t now_ms) const {
    if (this->connected_ || !this->allowed_)
      return 0;
    const uint32_t opens = this->away_ ? 0 : left(now_ms - this->seen_ms_, this->after_ms_);
    return std::max(opens, this->used_ ? left(now_ms - this->given_ms_, this->window_ms_) : 0);
  }

  void given(uint32_t now_ms) {
    this->given_ms_ = now_ms;
    this->used_ = true;
  }
  /// The portion gave no paper.
  void give_back() { this->used_ = false; }

 protected:
  static uint32_t left(uint32_t passed_ms, uint32_t whole_ms) { return passed_ms < whole_ms ? whole_ms - passed_ms : 0; }

  bool allowed_{true};
  uint32_t after_ms_{60000};
  uint32_t window_ms_{60000};
  bool connected_{false};
  bool away_{false};
  bool used_{false};
  uint32_t seen_ms_{0};
  uint32_t given_ms_{0};
};

}  // namespace esphome::paper_dispenser
