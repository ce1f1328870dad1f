#pragma once

#include <cstdint>

#include "types.h"

namespace esphome::paper_dispenser {

/// The state after a failed portion: a jam stays until the next good portion, a fault until a person has looked at it.
class Health {
 public:
  explicit Health(uint8_t jams_to_latch) : jams_to_latch_(jams_to_latch) {}

  Fault fault() const { return this->fault_; }
  bool jam() const { return this->jam_; }

  /// The first fault stays: it is the cause.
  void latch(Fault fault) {
    if (this->fault_ == Fault::NONE)
      this->fault_ = fault;
  }

  /// Update the state by the outcome of a portion.
  void judge(Outcome outcome) {
    switch (outcome) {
      case Outcome::COMPLETED:
        this->jam_ = false;
        this->jams_in_a_row_ = 0;
        break;
      case Outcome::JAM:
        this->jam_ = true;
        if (++this->jams_in_a_row_ >= this->jams_to_latch_)
          this->latch(Fault::JAMMED);
        break;
      case Outcome::SENSOR:
        this->latch(Fault::SENSOR);
        break;
      case Outcome::STUCK:
        this->latch(Fault::STUCK);
        break;
      default:
        break;
    }
  }

  /// A person has looked at the dispenser.
  void reset() {
    if (this->fault_ == Fault::TIMER)
      return;
    this->fault_ = Fault::NONE;
    this->jam_ = false;
    this->jams_in_a_row_ = 0;
  }

  /// A fault stays after a reboot; an unknown number counts as no fault.
  void restore(uint8_t fault) {
    if (fault <= static_cast<uint8_t>(Fault::JAMMED))
      this->fault_ = static_cast<Fault>(fault);
    this->jam_ = this->fault_ == Fault::JAMMED;
  }

 protected:
  const uint8_t jams_to_latch_;
  Fault fault_{Fault::NONE};
  bool jam_{false};
  uint8_t jams_in_a_row_{0};
};

}  // namespace esphome::paper_dispenser
