#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace esphome::paper_dispenser {

/// How many of the last times between two pulses make a speed. One edge too many splits a period in two, one that is missed joins
/// two in one: with five, neither changes the median. More would lag behind a motor that is still getting faster.
constexpr size_t PERIODS = 5;

/// The median of the last periods.
inline uint32_t usual_period(std::array<uint32_t, PERIODS> periods) {
  std::nth_element(periods.begin(), periods.begin() + PERIODS / 2, periods.end());
  return periods[PERIODS / 2];
}

}  // namespace esphome::paper_dispenser
