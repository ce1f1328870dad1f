#pragma once

#include <cstdint>

#include "record.h"
#include "types.h"

namespace esphome::paper_dispenser {

/// Paper that FaceQuota did not ask for, counted for later: paper that hands pulled, that the switch gave, and that visitors had
/// while Home Assistant was away.
struct Tally {
  static constexpr uint32_t LAYOUT = 0x46510101;  ///< as Record's

  uint32_t layout{LAYOUT};
  uint32_t switch_portions{0};
  uint32_t alone_portions{0};
  uint32_t reserved{0};
  double pulled_cm{0.0};
  double alone_cm{0.0};
  uint32_t checksum{0};
  uint32_t padding{0};

  void add(const Portion &portion) {
    if (portion.pulses == 0)
      return;
    if (portion.asker == Asker::SWITCH)
      this->switch_portions++;
    if (portion.asker != Asker::ALONE)
      return;
    this->alone_portions++;
    this->alone_cm += portion.cm;
  }

  void seal() { this->checksum = checksum_of(this, offsetof(Tally, checksum)); }

  bool is_whole() const {
    return this->layout == LAYOUT && this->checksum == checksum_of(this, offsetof(Tally, checksum)) && is_length(this->pulled_cm) &&
           is_length(this->alone_cm);
  }

  bool operator==(const Tally &) const = default;
};

static_assert(sizeof(Tally) == 40 && offsetof(Tally, checksum) == 32);

}  // namespace esphome::paper_dispenser
