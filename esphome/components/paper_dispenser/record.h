#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace esphome::paper_dispenser {

inline bool is_length(double cm) { return std::isfinite(cm) && cm >= 0.0; }

/// FNV-1a over the first bytes of a structure that is stored as it is in memory.
inline uint32_t checksum_of(const void *data, size_t size) {
  const auto *bytes = static_cast<const unsigned char *>(data);
  uint32_t value = 2166136261U;
  for (size_t i = 0; i < size; i++)
    value = (value ^ bytes[i]) * 16777619U;
  return value;
}

/// The state that is kept over a power cut. A damaged record is ignored.
struct Record {
  static constexpr uint32_t LAYOUT = 0x46510001;  ///< change the last digits when a field changes
  static constexpr size_t REQUESTS = 4;

  uint32_t layout{LAYOUT};
  uint32_t portions{0};
  double total_cm{0.0};
  double roll_used_cm{0.0};
  std::array<uint64_t, REQUESTS> requests{};
  float coast_factor{0.0f};
  uint8_t fault{0};
  uint8_t open{0};  ///< 1 while a portion runs: found at boot, the power was lost in its middle
  uint16_t reserved{0};
  uint32_t checksum{0};
  uint32_t padding{0};

  void seal() { this->checksum = checksum_of(this, offsetof(Record, checksum)); }

  bool is_whole() const {
    return this->layout == LAYOUT && this->checksum == checksum_of(this, offsetof(Record, checksum)) && is_length(this->total_cm) &&
           is_length(this->roll_used_cm);
  }
};

// No hidden gaps: the checksum covers exactly the stored bytes. The layout is the same on the chips and on the host.
static_assert(sizeof(Record) == 72 && offsetof(Record, checksum) == 64);

}  // namespace esphome::paper_dispenser
