#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace esphome::paper_dispenser {

/// How many of the last times between two pulses are used for the speed, and which of them, from the shortest, is taken. One edge
/// too many splits a period in two shorter ones, one that is missed joins two in a longer one: the fifth of seven is a real one
/// beside two of each. More would lag behind a motor that is still getting faster.
constexpr size_t PERIODS = 7;
constexpr size_t USUAL = 4;

/// The usual period: a rank of the last ones.
inline uint32_t usual_period(std::array<uint32_t, PERIODS> periods) {
  std::nth_element(periods.begin(), periods.begin() + USUAL, periods.end());
  return periods[USUAL];
}

}  // namespace esphome::paper_dispenser
