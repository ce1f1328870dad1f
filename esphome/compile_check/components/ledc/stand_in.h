#pragma once

#include "esphome/components/output/float_output.h"

namespace esphome::ledc {

class StandIn final : public output::FloatOutput {
 protected:
  void write_state(float /*state*/) override {}
};

}  // namespace esphome::ledc
