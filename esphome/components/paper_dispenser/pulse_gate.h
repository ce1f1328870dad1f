#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "speed.h"

/// The interrupts' half of the dispenser: counts the pulses of the paper and switches the motor off by itself.
///
/// Everything here may run inside an interrupt: no allocation, no floating point, no call that could be left in flash, and only
/// plain loads and stores of atomics, because the small chips have no atomic read-modify-write. Each member has one writer.
namespace esphome::paper_dispenser {

/// Which part switched the motor off.
enum class Cut : uint8_t { NONE, TARGET, CLOCK };

/// Pin is anything with `void digital_write(bool)` that an interrupt may call.
template<typename Pin> class PulseGate {
 public:
  PulseGate() = default;
  explicit PulseGate(Pin pin) : pin_(pin) {}

  void set_pin(Pin pin) { this->pin_ = pin; }

  /// Edges that follow the edge before within this time are contact bounce or noise, not paper.
  void set_min_period_us(uint32_t min_period_us) { this->min_period_us_ = min_period_us; }

  // --- from interrupts -------------------------------------------------------------------------------------------------------

  /// One edge of the pulse sensor at `now_us` (wraps).
  __attribute__((always_inline)) void edge(uint32_t now_us) {
    const uint32_t gap = now_us - this->last_edge_us_;
    this->last_edge_us_ = now_us;
    if (gap < this->min_period_us_) {
      // Measured from the last edge, not from the last pulse: so a steady 10 kHz counts as no paper at all.
      this->noise_.store(this->noise_.load(RELAXED) + 1, RELAXED);
      return;
    }
    this->period_us_.store(now_us - this->last_pulse_us_, RELAXED);
    this->periods_us_[this->next_period_].store(now_us - this->last_pulse_us_, RELAXED);
    this->next_period_ = this->next_period_ + 1 < PERIODS ? this->next_period_ + 1 : 0;
    this->last_pulse_us_ = now_us;
    const uint32_t pulses = this->pulses_.load(RELAXED) + 1;
    this->pulses_.store(pulses, RELAXED);
    if (this->open_.load() && static_cast<int32_t>(pulses - this->cut_at_.load()) >= 0)
      this->cut_(Cut::TARGET);
  }

  /// The second clock: the motor has been on for its longest time.
  __attribute__((always_inline)) void expire() {
    if (this->open_.load())
      this->cut_(Cut::CLOCK);
  }

  // --- from the main loop ----------------------------------------------------------------------------------------------------

  /// Switch the motor on until the pulse counter reaches `cut_at` (wraps).
  void open(uint32_t cut_at) {
    this->cut_by_.store(Cut::NONE);
    this->cut_at_.store(cut_at);
    this->open_.store(true);
    this->pin_.digital_write(true);
    // If an interrupt came between the two lines above, its "off" must win.
    if (!this->open_.load())
      this->pin_.digital_write(false);
  }

  /// Move the cut of a running motor.
  void aim(uint32_t cut_at) { this->cut_at_.store(cut_at); }

  /// Switch the motor off.
  void close() {
    this->open_.store(false);
    this->pin_.digital_write(false);
  }

  bool is_open() const { return this->open_.load(); }
  Cut cut_by() const { return this->cut_by_.load(); }
  uint32_t pulses() const { return this->pulses_.load(RELAXED); }
  uint32_t period_us() const { return this->period_us_.load(RELAXED); }
  /// The usual time between two of the last pulses; a single wrong pulse does not change it.
  uint32_t usual_period_us() const { return usual(this->periods_us_); }
  /// The counter and the same time when the interrupt switched off.
  uint32_t cut_pulses() const { return this->cut_pulses_.load(RELAXED); }
  uint32_t cut_usual_period_us() const { return usual(this->cut_periods_us_); }
  uint32_t noise() const { return this->noise_.load(RELAXED); }

 protected:
  static constexpr auto RELAXED = std::memory_order_relaxed;
  using AtomicPeriods = std::array<std::atomic<uint32_t>, PERIODS>;

  /// For the main loop only.
  static uint32_t usual(const AtomicPeriods &periods) {
    std::array<uint32_t, PERIODS> values;
    for (size_t i = 0; i < PERIODS; i++)
      values[i] = periods[i].load(RELAXED);
    return usual_period(values);
  }

  __attribute__((always_inline)) void cut_(Cut by) {
    this->open_.store(false);
    this->pin_.digital_write(false);
    this->cut_pulses_.store(this->pulses_.load(RELAXED), RELAXED);
    for (size_t i = 0; i < PERIODS; i++)
      this->cut_periods_us_[i].store(this->periods_us_[i].load(RELAXED), RELAXED);
    this->cut_by_.store(by);
  }

  Pin pin_{};
  uint32_t min_period_us_{2000};
  uint32_t last_edge_us_{0};
  uint32_t last_pulse_us_{0};
  size_t next_period_{0};
  AtomicPeriods periods_us_{};
  AtomicPeriods cut_periods_us_{};
  std::atomic<uint32_t> pulses_{0};
  std::atomic<uint32_t> period_us_{0};
  std::atomic<uint32_t> noise_{0};
  std::atomic<uint32_t> cut_at_{0};
  std::atomic<uint32_t> cut_pulses_{0};
  std::atomic<bool> open_{false};
  std::atomic<Cut> cut_by_{Cut::NONE};
};

}  // namespace esphome::paper_dispenser
