#pragma once

#include "esphome/components/switch/switch.h"

#include "paper_dispenser.h"

namespace esphome::paper_dispenser {

/// Never restored: after a reboot it is off.
class MotorSwitch final : public switch_::Switch, public Parented<PaperDispenser> {
 protected:
  void write_state(bool on) override {
    if (on)
      this->parent_->start();
    else
      this->parent_->stop();
  }
};

}  // namespace esphome::paper_dispenser
